ARG RELEASE=3.12
FROM python:${RELEASE}-slim
ARG WORKERS=2
ENV PORT=8080
ENV GUNICORN_CMD_ARGS="--bind=0.0.0.0:${PORT} --workers=${WORKERS}"
CMD ["gunicorn", "shop:app"]
