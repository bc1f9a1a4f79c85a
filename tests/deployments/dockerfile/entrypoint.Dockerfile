FROM python:3.12-slim
ENTRYPOINT exec gunicorn --threads 3 --bind :${PORT:-8000} shop:app
CMD ["--workers", "9"]
