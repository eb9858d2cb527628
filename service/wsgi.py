"""What gunicorn loads: environment, settings, runtime, application."""

import gc

from service import logs
from service.app import create_app
from service.config import Settings
from service.runtime import build

settings = Settings.from_environ()
logs.configure(settings.log_level)
app = create_app(build(settings))

# All that is loaded stays, and what requests leave behind is hardly ever garbage in circles: to
# look for that as often as Python does by itself took 4 % of a process under load.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 20)
