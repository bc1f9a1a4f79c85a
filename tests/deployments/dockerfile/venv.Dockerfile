# syntax=docker/dockerfile:1
FROM python:3.12-slim AS build
ENV HOME_OF=/srv/venv
RUN python -m venv $HOME_OF
ENV PATH="$HOME_OF/bin:$PATH"
RUN pip install flask gunicorn

FROM python:3.12-slim
COPY --from=build /srv/venv /srv/venv
ENV PATH="/srv/venv/bin:$PATH" \
    PYTHONUNBUFFERED=1
WORKDIR /srv/shop
COPY . .
CMD gunicorn --workers 3 --bind 0.0.0.0:${PORT:-8080} shop:app
