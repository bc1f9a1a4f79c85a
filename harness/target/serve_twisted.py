"""Serve the app with Twisted and a pool of threads."""

from twisted.internet import reactor
from twisted.python.threadpool import ThreadPool
from twisted.web.server import Site
from twisted.web.wsgi import WSGIResource

from app import app
from arguments import parser

if __name__ == "__main__":
    arguments = parser(__doc__)
    arguments.add_argument("--threads", type=int, required=True)
    options = arguments.parse_args()
    pool = ThreadPool(minthreads=0, maxthreads=options.threads)
    pool.start()
    reactor.listenTCP(
        options.port,
        Site(WSGIResource(reactor, pool, app)),
        interface=options.host,
    )
    reactor.run()
