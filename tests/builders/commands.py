"""Commands from public Dockerfiles, Procfiles, systemd units and guides.

Each has the number that it declares, ``no bound``, or words from the reason why the
number is unknown. Only the names of apps are changed.
"""

SHELL = "a shell line"
FILE = "The file that it names"

PUBLIC: tuple[tuple[str, int | str], ...] = (
    ("gunicorn web:app", 1),
    ("gunicorn base.wsgi:application --bind 0.0.0.0:8000", 1),
    ('CMD ["gunicorn", "--bind", "0.0.0.0:8000", "--workers", "3", "a.wsgi:app"]', 3),
    ('CMD ["gunicorn", "--workers=2", "--threads=4", "--bind=0.0.0.0:80", "a:b"]', 8),
    ('CMD ["gunicorn", "-k", "uvicorn.workers.UvicornWorker", "a:b"]', "ASGI"),
    ('CMD ["gunicorn", "config.wsgi:application", "-c", "gunicorn.conf.py"]', FILE),
    ('CMD ["gunicorn", \\\n  "a.main:app"]', 1),
    ("web: gunicorn -w 4 -b 0.0.0.0:$PORT --timeout 120 app:app", 4),
    ("web: gunicorn app:app --log-file - --timeout 120 --workers 2", 2),
    ("web: gunicorn app:app --worker-class gevent --timeout 120 --preload", 1000),
    ("web: gunicorn --worker-class eventlet -w 3 socket_app:app", 3000),
    ('ENTRYPOINT ["gunicorn", "--log-level", "INFO", "-b", ":8296", "run:APP"]', 1),
    ('ENTRYPOINT ["gunicorn", "--config", "gunicorn_config.py", "app:app"]', FILE),
    ("gunicorn a:b --certfile=/t.crt --worker-class=sync --workers=2", 2),
    ("CMD exec gunicorn --bind :$PORT --workers 1 --threads 8 --timeout 0 a:b", 8),
    ("CMD exec gunicorn \\\n --workers 1 \\\n --threads 8 \\\n a:b", 8),
    ("CMD gunicorn --bind 0.0.0.0:${PORT:-10000} --workers 1 --threads 4 a:b", 4),
    ("gunicorn -w 3 --worker-connections=2000 --backlog=1000  -k eventlet wsgi", 6000),
    ("gunicorn s.wsgi --graceful-timeout 5 --preload --threads 4", 4),
    (
        "gunicorn a:b -k geventwebsocket.gunicorn.workers.GeventWebSocketWorker -w 1",
        "worker class",
    ),
    ('exec gunicorn -w "${WORKERS:-1}" -b 0.0.0.0:8000 wsgi:app', "variable WORKERS"),
    ("exec uv run gunicorn --bind 127.0.0.1:8080 --workers 2 app.main:app", 2),
    ("uv run gunicorn -c gunicorn.py src.app:app", FILE),
    ("ExecStart=/usr/bin/gunicorn --workers 1 --worker-class gthread --threads 4 a", 4),
    ("ExecStart=/usr/bin/gunicorn3 -w 4 -b 127.0.0.1:5000 wsgi:app", 4),
    ("python -u -m gunicorn -w 1 -b 0.0.0.0:5000 a:b --worker-class eventlet", 1000),
    ("gunicorn app:app -k gevent --worker-connections 500 -w $(nproc)", SHELL),
    ("gunicorn a:b --max-requests 1000 -w 2 --threads=2 -k gthread", 4),
    ("Start Command: gunicorn app:app --bind 0.0.0.0:$PORT", 1),
    ("startCommand: gunicorn app:app --bind 0.0.0.0:$PORT", 1),
    ("command: gunicorn --workers 4 --bind 0.0.0.0:8000 backend.wsgi:application", 4),
    ("sudo gunicorn -w 4 app:app", 4),
    ("cd /app && gunicorn app:app", SHELL),
    ('CMD ["uwsgi" , "--http", ":80", "--master", "-p", "4", "-w", "main:app"]', 4),
    ('CMD ["uwsgi", "--die-on-term", "uwsgi.ini"]', FILE),
    ('CMD ["uwsgi", "--ini", "/app/src/main/uwsgi.ini"]', FILE),
    (
        'CMD ["uwsgi", "--socket", ":5001", "--wsgi-file", "run.py", \\\n'
        '    "--processes",  "1", \\\n    "--threads", "10", \\\n    "--master"]',
        10,
    ),
    (
        "web: uwsgi --http-socket=:$PORT --master --workers=2 --threads=8 -w a",
        16,
    ),
    ("web: uwsgi --http :8000 --wsgi-file a.py --master --processes 4 --threads 2", 8),
    ("uwsgi --http :5000 --gevent 1000 --http-websockets --master --module a", 1000),
    ("waitress-serve --port=$PORT app:app", 4),
    ("waitress-serve --port=8020 --call 'flaskr:create_app'", 4),
    ("web: waitress-serve --port $PORT --threads $WEB_CONCURRENCY a:b", "CONCURRENCY"),
    ("python -m waitress --listen=*:8080 --threads=6 app:app", 6),
    (
        "granian --interface wsgi --workers 2 --access-log a.wsgi:a",
        "--blocking",
    ),
    ("python -m granian --interface wsgi a:b --port 8888 --blocking-threads 16", 16),
    (
        'CMD ["sh", "-c", "exec granian --interface wsgi --blocking-threads 2 a:b"]',
        2,
    ),
    ('CMD ["flask", "run", "--host=0.0.0.0", "--port=5000"]', "no bound"),
    ("uv run flask --app src run --debug", "no bound"),
    ("python app.py", "Python script"),
    ("uvicorn app:app --host 127.0.0.1 --port 5001", "--interface wsgi"),
    ("uvicorn --interface wsgi app:app --workers 4", 40),
    ("hypercorn --bind '0.0.0.0:5000'  main:app -w 1 --worker-class uvloop", "pool"),
    ("CMD mod_wsgi-express start-server wsgi.py --processes 2 --threads 10", 20),
    ("mod_wsgi-express start-server wsgi.py --log-to-terminal", 5),
    ("docker run -p 80:80 image gunicorn app:app", "not a server"),
    ("supervisord -c supervisord.conf", "not a server"),
    ('CMD ["gunicorn", "a:b"', "list of words"),
)
