workers = 2
pidfile = "gunicorn.pid"
daemon = True
