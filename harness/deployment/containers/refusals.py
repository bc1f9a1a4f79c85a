"""Why containers cannot be started harmlessly, and what to do about it."""

from enum import Enum

ENGINE_SAYS_SO = "leave out the option, the context or DOCKER_HOST that says so"
ALONE = "write the `docker run …` or `docker compose … up` alone"
HOST_NETWORK = (
    "uses the host network, and would listen where production does; have it listen on "
    "the port of the check, such as "
)
KEEP = "or allow it by keep-mounts"


class Refusal(Enum):
    """What is wrong with a command or a Compose file, and the remedy.

    Braces stand for what the command has there.
    """

    # The command
    IN_BACKGROUND = (
        "starts containers in the background, where the check cannot see them end; "
        "leave out {option}"
    )
    WATCHES = "changes what runs while it is measured; leave out {option}"
    STARTS_NOTHING = "starts nothing; leave out {option}"
    PULLS = "may move the tags of your images; pull beforehand, and leave out {option}"
    NAMES_A_PROJECT = (
        "names a project, but a check uses its own and removes it afterwards; leave "
        "the name out"
    )
    NO_SERVICE = (
        "starts no service: each has a profile, or there is none; write `--profile` "
        "and the name of one in front of `up`"
    )
    UNREADABLE = (
        "Compose cannot read its files: {problem}; correct that, or install Compose 2"
    )
    OTHER_COMPOSE = "Compose 2 is needed, and this is another one"
    NO_IMAGE = "names no image; add one after the options"
    NO_VALUE = "has {option} without a value; add one"
    ENDS_OTHERS_TOO = (
        "`{command}` would stop or remove what is already running; leave it out: a "
        "check makes and removes containers of its own"
    )
    ENDS_OTHERS = (
        "would stop or remove what is already running; write the `docker run …` or "
        "`docker compose … up` that starts the server"
    )
    BUILDS = (
        "builds an image in the same line; build the image before the check, and write "
        "the `docker run …` alone"
    )
    BY_A_SHELL = f"starts containers by way of a shell; {ALONE}"
    BY_A_PROGRAM = f"starts containers by way of `{{program}}`; {ALONE}"
    COMPOSE_RUN = (
        "is `docker compose run`, which is not supported; write `docker compose up` "
        "and the name of the service, with the command in the Compose file"
    )
    STACK = (
        "starts a stack in a swarm, which is not supported; write `docker compose -f` "
        "and its file, and `up`"
    )
    OTHER_COMMAND = (
        "is neither `docker run …` nor `docker compose … up`, and no other Docker "
        "command is supported; write one of these"
    )
    OF_THE_IMAGE = "is what the image has; leave it out"

    # The engine
    OTHER_ENGINE = (
        "{program} is not supported: containers are checked only with Docker's engine; "
        "write `docker run …` or `docker compose … up`"
    )
    NO_DOCKER = (
        "goes to {engine}, and containers are checked only with Docker's engine; "
        f"{ENGINE_SAYS_SO}"
    )
    ELSEWHERE = (
        "goes to the engine at {place}, and a check starts containers only on this "
        f"machine; {ENGINE_SAYS_SO}"
    )

    # Ports
    NO_PORT = (
        "{published}; write `-p 127.0.0.1:{{port}}:8000`, with the port that the image "
        "listens on"
    )
    NO_SERVICE_PORT = (
        "{published}; write a variable in the Compose file, such as "
        '"127.0.0.1:${{PORT:-8080}}:80", and hand it on: '
        'env = {{ PORT = "{{port}}" }}'
    )
    ON_HOST = f"{HOST_NETWORK}`--env PORT={{{{port}}}}`"
    SERVICE_ON_HOST = (
        f'{HOST_NETWORK}"${{{{PORT:-8000}}}}" in the Compose file, and hand it on: '
        'env = {{ PORT = "{{port}}" }}'
    )
    REPLICAS = (
        "service {service} runs {count} times, and each would publish the port that is "
        "measured; publish that of a proxy in front of it, or check one"
    )

    # Other containers and this machine
    NETWORK_OF_ANOTHER = (
        "shares the network of another container, {other}, and would listen there; "
        "leave out {option}"
    )
    SERVICE_IN_NETWORK_OF_ANOTHER = (
        "service {service} shares the network of another container, {other}, and would "
        "listen there; leave out network_mode"
    )
    VOLUMES_OF_ANOTHER = (
        "could write to the volumes of another container, {other}; write "
        "--volumes-from {name}:ro"
    )
    SERVICE_WITH_VOLUMES_OF_ANOTHER = (
        "service {service} could write to the volumes of another container; write "
        "{other}:ro in volumes_from"
    )
    INSIDE_ANOTHER = "reaches into another container, {other}; leave out {written}"
    ALL_PROCESSES = (
        "sees all processes of this machine, and could end them; leave out {written}"
    )
    ENGINE_API = (
        "gives the container the engine's own socket, with which it can stop all "
        "others; leave out --use-api-socket"
    )
    SERVICE_WITH_ENGINE_API = (
        "service {service} has the engine's own socket, by which it can stop all other "
        "containers; leave out use_api_socket"
    )
    BY_ANOTHER_PROGRAM = (
        "service {service} has a {kind}, which another program creates, and nothing "
        "would remove what that creates; start it before the check, and leave out "
        "{entry} in a Compose file for the check"
    )
    ADDRESSES_TAKEN = (
        "network {network} has the addresses {addresses}, which the network {other} of "
        "the engine has already; let services find each other by name and leave out "
        "ipam and the addresses, or run the check when that network does not exist"
    )

    # Mounts
    NOT_MOUNTED = (
        "{name} is not mounted; leave it out, or write it as it is in the command or "
        "the Compose file"
    )
    NO_FILE = (
        "{path} is mounted, but is neither a folder nor a file, so it cannot be "
        f"copied; leave it out, {KEEP}"
    )
    TOO_LARGE = (
        "{path} is mounted writable, and is too large to copy for a check; mount it "
        f"read only, {KEEP}"
    )
    ENGINE_SOCKET = (
        "{path} is mounted, and with it the engine's own socket, with which a "
        f"container can stop all others; leave it out, {KEEP}"
    )
    CONTROL_SOCKET = (
        "{path} is mounted, and with it {socket}, by which a container can stop "
        f"services of this machine; leave it out, {KEEP}"
    )
    OTHER_TYPE = (
        "mounts something of the type {kind} at {target}, which is not supported; "
        "leave it out, or mount a folder or a volume there"
    )


class ContainerRefused(Exception):
    """Containers cannot be started harmlessly like this; ``key`` names the cause."""

    def __init__(
        self, refusal: Refusal, key: str = "command", **values: object
    ) -> None:
        super().__init__(refusal.value.format(**values))
        self.refusal = refusal
        self.key = key
