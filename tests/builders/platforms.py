"""Configuration files of platforms, as people write them."""

from pathlib import Path

from harness.deployment.platforms.instance import Instance
from harness.deployment.platforms.read import instances


def one(name: str, text: str) -> Instance:
    """Return what a file says about its only kind of instance."""
    (found,) = instances(Path(name), text)
    assert not found.problem
    return found


CLOUD_RUN = """\
apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: shop
  annotations: {run.googleapis.com/ingress: all}
spec:
  template:
    spec:
      containerConcurrency: 10
      containers:
        - image: gcr.io/shop
          command: ["gunicorn", "-w", "$(WORKERS)", "app:app"]
          env: [{name: WORKERS, value: "3"}]
          resources: {limits: {cpu: "2", memory: 1Gi}}
          livenessProbe:
            httpGet: {path: /live, httpHeaders: [{name: X, value: y}]}
            timeoutSeconds: 4
"""

KUBERNETES = """\
apiVersion: v1
kind: ConfigMap
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      containers:
        - name: web
          image: shop
          command: [gunicorn]
          args: [-w, "2", "app:app"]
          ports: [{containerPort: 8000}]
          resources: {limits: {cpu: 500m, memory: 512Mi}}
          livenessProbe:
            httpGet: {path: /live, port: 9000}
            periodSeconds: 5
            failureThreshold: 2
        - name: sidecar
          image: other
          readinessProbe: {tcpSocket: {port: 5432}}
"""

FLY = """\
app = "shop"
[env]
  WEB_CONCURRENCY = 4
[processes]
  app = "gunicorn app:app"
[http_service]
  internal_port = 8080
  [http_service.concurrency]
    type = "requests"
    soft_limit = 20
    hard_limit = 25
  [[http_service.checks]]
    interval = "1m30s"
    timeout = "500ms"
    path = "/up"
    [http_service.checks.headers]
      X-Forwarded-Proto = "https"
[[vm]]
  size = "shared-cpu-2x"
"""

APP_ENGINE = """\
runtime: python312
entrypoint: gunicorn -b :$PORT -w 2 --threads 8 main:app
instance_class: F2
automatic_scaling:
  max_concurrent_requests: 40
"""

CLOUDFORMATION = """\
Resources:
  Scaling:
    Type: AWS::AppRunner::AutoScalingConfiguration
    Properties: {MaxConcurrency: 60}
  Other:
    Type: AWS::S3::Bucket
"""

APP_RUNNER = """\
version: 1.0
runtime: python311
run:
  command: gunicorn -w 2 app:app
  env: [{name: A, value: b}]
"""

CONTAINER_APPS = """\
properties:
  managedEnvironmentId: x
  template:
    containers:
      - image: shop
        name: web
        resources: {cpu: 0.5, memory: 1Gi}
    scale:
      rules:
        - name: http
          http: {metadata: {concurrentRequests: "30"}}
"""

APP_SERVICE = """\
{"resources": [{"type": "Microsoft.Web/sites", "name": "shop",
 "properties": {"siteConfig": {"appCommandLine": "gunicorn -w 3 app:app"}}}]}
"""

HEROKU = """\
{"formation": {"web": {"quantity": 1, "size": "performance-l"}}}
"""

COMPOSE = """\
services:
  web:
    image: shop
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8000/healthz?full=1"]
      interval: 10s
  db:
    image: postgres
    healthcheck: {test: pg_isready}
"""

NGINX = """\
limit_conn_zone $server_name zone=all:10m;
limit_conn_zone $binary_remote_addr zone=each:10m;
upstream app {
    server 127.0.0.1:8000 weight=2 max_conns=20;  # max_conns=99
    server 127.0.0.1:8001;
}
server {
    limit_conn all 50;
    limit_conn each 5;
}
"""

HAPROXY = """\
global
    maxconn 4000
backend app
    default-server maxconn 12
    server web1 127.0.0.1:8000 check maxconn 30
    # server web2 127.0.0.1:8001 maxconn 9
"""
