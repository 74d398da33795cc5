"""The smallest vendor there can be: it counts, and says what it was asked. For tests of the door around it."""

from __future__ import annotations

from connectors.sandbox.core import Request, Response, World


class Echo:
    """Answers every request with what it was; `POST /hooks` calls out to the url in the body, as a handshake does."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.handled = 0

    def handle(self, request: Request) -> Response:
        self.handled += 1
        if request.path.endswith("/hooks"):
            with self.world.unlocked():
                answer = self.world.carrier.call(request.body.decode(), {"x-hook-secret": "s"}, b"{}")
            return Response(201, {"said": answer.status})
        if request.path.endswith("/broken"):
            raise RuntimeError("the pretend vendor broke")
        if request.path.endswith("/gone"):
            return Response(204, None)
        told = {
            "method": request.method, "path": request.path, "query": list(request.query),
            "body": request.body.decode(), "agent": request.headers.get("user-agent"), "id": "made", "object": "page",
        }  # fmt: skip
        return Response(200, told, {"X-Request-Id": "abc"})

    def state(self) -> dict[str, int]:
        return {"handled": self.handled}


def echo_world() -> World:
    """A world whose vendors only echo."""
    world = World()
    world.asana = Echo(world)
    world.notion = Echo(world)
    return world
