bind = "127.0.0.1:5062"
workers = 2
wsgi_app = "shop:app"
