FROM python:3.12-slim AS base
ENV WEB_CONCURRENCY=2
RUN <<LINES
pip install flask gunicorn
CMD none of this
LINES

FROM base AS web
SHELL ["/bin/bash", "-ec"]
CMD flask --app shop routes && \
    # the check gives the port
    exec gunicorn --bind ":${PORT:-8000}" shop:app

FROM base AS worker
CMD ["celery", "worker"]
