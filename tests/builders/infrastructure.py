"""Infrastructure as code, and files of further platforms, as people write them."""

TERRAFORM_CLOUD_RUN = """\
# A service of Cloud Run, as people write it.
resource "google_cloud_run_v2_service" "shop" {
  name     = "shop"
  location = var.region
  ingress  = var.public ? "INGRESS_TRAFFIC_ALL" : "INGRESS_TRAFFIC_INTERNAL_ONLY"

  template {
    service_account                  = google_service_account.run.email
    timeout                          = "${var.timeout}s"
    max_instance_request_concurrency = var.concurrency # of one instance

    scaling {
      min_instance_count = 0
      max_instance_count = 4
    }

    containers {
      image = var.image

      resources {
        limits = {
          cpu    = "2"
          memory = "1Gi"
        }
        startup_cpu_boost = true
      }

      dynamic "env" {
        for_each = { for k, v in local.plain_env : k => v if v != null }
        content {
          name  = env.key
          value = env.value
        }
      }

      liveness_probe {
        http_get {
          path = "/healthz"
        }
        period_seconds = 20
      }
    }
  }

  lifecycle {
    ignore_changes = [
      client,
      template[0].containers[0].image,
    ]
  }
}
"""

TERRAFORM_CONTAINER_APPS = """\
resource "azurerm_container_app" "shop" {
  template {
    container {
      name   = "web"
      cpu    = 0.5
      memory = "1Gi"
      command = ["gunicorn", "-w", "4", "app:app"]
    }
    http_scale_rule {
      name                = "http"
      concurrent_requests = 10
    }
  }
}
"""

TERRAFORM_APP_RUNNER = """\
resource "aws_apprunner_auto_scaling_configuration_version" "shop" {
  auto_scaling_configuration_name = "shop"
  max_concurrency                 = 10
}
"""

TERRAFORM_ECS = """\
resource "aws_ecs_task_definition" "shop" {
  family = "shop"
  cpu    = 512
  container_definitions = jsonencode([
    {
      name        = "web"
      image       = "${aws_ecr_repository.shop.repository_url}:${var.tag}"
      essential   = true
      command     = ["gunicorn", "-w", "4", "app:app"]
      environment = [{ name = "WEB_CONCURRENCY", value = "3" }]
      portMappings = [{ containerPort = 8000 }]
      healthCheck = {
        command = ["CMD-SHELL", "curl -f http://localhost:8000/healthz || exit 1"]
        interval = 10
      }
    }
  ])
}
"""

TERRAFORM_APP_SERVICE = """\
resource "azurerm_linux_web_app" "shop" {
  name = "shop"
  site_config {
    app_command_line = "gunicorn --workers 3 app:app"
  }
  app_settings = { SCM_DO_BUILD_DURING_DEPLOYMENT = "true" }
}
"""

TERRAFORM_CLOUD_RUN_V1 = """\
resource "google_cloud_run_service" "shop" {
  name = "shop"
  template {
    spec {
      container_concurrency = 10
      containers {
        image = "shop"
        env {
          name  = "WEB_CONCURRENCY"
          value = "3"
        }
        env {
          name = "SECRET"
          value_from {
            secret_key_ref { name = "x" }
          }
        }
      }
    }
  }
}
"""

VARIABLES = """\
variable "concurrency" {
  type    = number
  default = 80
}
"""

BICEP = """\
@description('How many requests one replica is sent')
param concurrency int = 10
param image string
param location string = resourceGroup().location

resource environment 'Microsoft.App/managedEnvironments@2024-03-01' existing = {
  name: 'shop-env'
}

resource app 'Microsoft.App/containerApps@2024-03-01' = if (deploy) {
  name: 'shop'
  location: location
  properties: {
    managedEnvironmentId: environment.id
    configuration: {
      ingress: { external: true, targetPort: 8000 }
    }
    template: {
      containers: [
        {
          name: 'web'
          image: image
          resources: {
            cpu: json('0.5')
            memory: '1Gi'
          }
          probes: [
            {
              type: 'Liveness'
              httpGet: { path: '/healthz', port: 8000 }
            }
          ]
        }
      ]
      scale: {
        minReplicas: 1
        rules: [
          {
            name: 'http'
            http: { metadata: { concurrentRequests: '${concurrency}' } }
          }
        ]
      }
    }
  }
}
"""

ECS = """\
{
  "family": "shop",
  "networkMode": "awsvpc",
  "cpu": "512",
  "containerDefinitions": [
    {
      "name": "web",
      "image": "123.dkr.ecr.eu-west-1.amazonaws.com/shop:1",
      "cpu": 512,
      "memory": 1024,
      "command": ["gunicorn", "--workers", "2", "--threads", "4", "app:app"],
      "environment": [{"name": "A", "value": "b"}],
      "healthCheck": {
        "command": ["CMD-SHELL", "curl -f http://localhost:8000/healthz || exit 1"],
        "retries": 2
      }
    }
  ]
}
"""

ECS_CLOUDFORMATION = """\
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Cpu: 512
      ContainerDefinitions:
        - Name: web
          Image: !Sub "${Repository}:latest"
          Cpu: 256
          Memory: 512
          Command: [gunicorn, app:app]
          Environment:
            - {Name: WEB_CONCURRENCY, Value: "3"}
"""

APP_RUNNER_SERVICE = """\
Resources:
  Shop:
    Type: AWS::AppRunner::Service
    Properties:
      InstanceConfiguration: {Cpu: 1 vCPU, Memory: "2048"}
      SourceConfiguration:
        ImageRepository:
          ImageConfiguration:
            StartCommand: gunicorn -w 2 app:app
      HealthCheckConfiguration: {Protocol: HTTP, Path: /healthz, Interval: 10}
"""

RENDER = """\
services:
  - type: web
    name: shop
    runtime: python
    plan: pro
    startCommand: gunicorn --workers 2 --threads 4 app:app
    healthCheckPath: /healthz
    envVars:
      - key: FLASK_ENV
        value: production
      - key: SECRET
        generateValue: true
  - type: worker
    name: jobs
    startCommand: python jobs.py
"""

DIGITALOCEAN = """\
name: shop
services:
  - name: web
    run_command: gunicorn --worker-tmp-dir /dev/shm -w 2 --threads 4 app:app
    instance_size_slug: apps-s-1vcpu-1gb
    http_port: 8080
    health_check:
      http_path: /healthz
    envs:
      - key: A
        value: b
"""

RAILWAY = """\
[build]
builder = "NIXPACKS"
[deploy]
startCommand = "gunicorn -w 2 --threads 4 app:app"
healthcheckPath = "/healthz"
"""

NOMAD = """\
job "shop" {
  group "web" {
    network { port "http" {} }
    task "app" {
      driver = "docker"
      config {
        image   = "shop"
        command = "gunicorn"
        args    = ["--bind", "0.0.0.0:${NOMAD_PORT_http}", "app:app"]
      }
      env {
        WEB_CONCURRENCY = "4"
      }
      resources {
        cores  = 2
        memory = 512
      }
    }
  }
}
"""

HELM_VALUES = """\
image:
  repository: shop
  tag: "1"
command: ["gunicorn"]
args: ["-w", "2", "--threads", "4", "app:app"]
resources:
  limits: {cpu: 500m, memory: 512Mi}
"""

HELM_TEMPLATE = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  template:
    spec:
      containers:
        - name: web
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          {{- with .Values.command }}
          command: {{ toYaml . | nindent 12 }}
          {{- end }}
"""

HEROKU_YML = """\
build:
  docker: {web: Dockerfile}
run:
  web: gunicorn --workers 2 --threads 4 app:app
"""

RAILWAY_JSON = """\
{"$schema": "https://railway.com/railway.schema.json",
 "deploy": {"startCommand": "gunicorn -w 3 app:app"}}
"""
