"""Serve the app with Twisted and a pool of threads."""

import argparse

from twisted.internet import reactor
from twisted.python.threadpool import ThreadPool
from twisted.web.server import Site
from twisted.web.wsgi import WSGIResource

from app import app

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    pool = ThreadPool(minthreads=0, maxthreads=options.threads)
    pool.start()
    reactor.listenTCP(
        options.port,
        Site(WSGIResource(reactor, pool, app)),
        interface=options.host,
    )
    reactor.run()
