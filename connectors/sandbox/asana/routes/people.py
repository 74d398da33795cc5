"""Users, workspaces, teams and memberships."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.asana.call import Call, route
from connectors.sandbox.asana.errors import bad, unknown
from connectors.sandbox.asana.kinds import PROJECT, TEAM, USER, WORKSPACE, always, nested, plain
from connectors.sandbox.asana.present import Kind, Nested
from connectors.sandbox.asana.records import Project, Team
from connectors.sandbox.core import Response, Somebody


@route("GET", "/users")
def list_users(call: Call) -> Response:
    """Everyone, or a team's members. People are shown with their address only when it is asked for."""
    if "workspace" in call.query:
        call.workspace()
    everyone = call.state.world.people.everyone
    if "team" in call.query:
        everyone = call.refer(Team, "team").members
    return call.many(call.state.user_kind, everyone)


@route("GET", "/workspaces/*/users")
def list_users_of_workspace(call: Call, gid: str) -> Response:
    call.check_workspace(gid)
    return call.many(call.state.user_kind, call.state.world.people.everyone)


@route("GET", "/teams/*/users")
def list_users_of_team(call: Call, gid: str) -> Response:
    return call.many(call.state.user_kind, call.find(Team, gid).members)


@route("GET", "/users/*")
def get_user(call: Call, gid: str) -> Response:
    return call.one(call.state.user_kind, _user(call, gid))


@route("GET", "/workspaces/*/users/*")
def get_user_of_workspace(call: Call, gid: str, user: str) -> Response:
    call.check_workspace(gid)
    return call.one(call.state.user_kind, _user(call, user))


def _user(call: Call, gid: str) -> Somebody:
    everyone = call.state.world.people.everyone
    found = call.actor if gid == "me" else next((one for one in everyone if gid in (one.gid, one.email)), None)
    if found is None:
        raise unknown("user", gid)
    return found


@route("GET", "/workspaces")
def list_workspaces(call: Call) -> Response:
    return call.many(WORKSPACE, [call.state.workspace])


@route("GET", "/workspaces/*")
def get_workspace(call: Call, gid: str) -> Response:
    call.check_workspace(gid)
    return call.one(WORKSPACE, call.state.workspace)


@route("GET", "/workspaces/*/teams")
@route("GET", "/organizations/*/teams")
def list_teams(call: Call, gid: str) -> Response:
    call.check_workspace(gid)
    return call.many(TEAM, call.state.teams)


@route("GET", "/users/*/teams")
def list_teams_of_user(call: Call, gid: str) -> Response:
    person = _user(call, gid)
    if call.need("organization") != call.state.workspace.gid:
        raise bad(f"organization: Not a recognized ID: {call.query['organization']}")
    return call.many(TEAM, [team for team in call.state.teams if person in team.members])


@route("GET", "/teams/*")
def get_team(call: Call, gid: str) -> Response:
    return call.one(TEAM, call.find(Team, gid))


class Member:
    """A person's membership of a project."""

    def __init__(self, project: Project, person: Somebody) -> None:
        self.gid = f"{project.gid}{int(person.gid) % 1_000_000:06}"
        self.parent, self.member = project, person
        self.access_level = "admin" if person is project.owner else "editor"


MEMBERSHIP = Kind(
    "membership",
    {
        **plain("gid access_level"),
        "resource_type": always("membership"),
        "resource_subtype": always("project_membership"),
        "parent": nested("parent", lambda: PROJECT),
        "member": nested("member", lambda: USER),
    },
    compact="resource_type resource_subtype parent member access_level",
    full="resource_type resource_subtype parent member access_level",
)

OLD_MEMBERSHIP = Kind(
    "project_membership",
    {
        **plain("gid access_level"),
        "resource_type": always("project_membership"),
        "parent": nested("parent", lambda: PROJECT),
        "project": nested("parent", lambda: PROJECT),
        "member": nested("member", lambda: USER),
        "user": Nested(lambda m: m.member, lambda: USER),
        "write_access": always("full_write"),
    },
    compact="resource_type parent member access_level",
    full="resource_type parent member access_level project user write_access",
)


def members_of(project: Project) -> list[Any]:
    """Its memberships, in order of joining."""
    return [Member(project, person) for person in project.members]


@route("GET", "/memberships")
def list_memberships(call: Call) -> Response:
    """A project's members; or a team's (or person's) projects, with `member` alone."""
    if "parent" in call.query:
        found = members_of(call.refer(Project, "parent"))
        if "member" in call.query:
            found = [one for one in found if one.member.gid == call.query["member"]]
        return call.many(MEMBERSHIP, found)
    gid = str(call.need("member"))
    projects = [project for project in call.state.projects if project.team and project.team.gid == gid]
    projects = [project for project in projects if call.sees(project)]
    return call.many(MEMBERSHIP, [TeamMembership(project) for project in projects])


class TeamMembership:
    """A team's membership of a project."""

    access_level = "editor"

    def __init__(self, project: Project) -> None:
        self.parent, self.member = project, project.team
        self.gid = f"{project.gid}{int(project.team.gid) % 1_000_000:06}" if project.team else project.gid


@route("GET", "/projects/*/project_memberships")
def list_project_memberships(call: Call, gid: str) -> Response:
    return call.many(OLD_MEMBERSHIP, members_of(call.find(Project, gid)))


class TaskList:
    """A person's own list, "My tasks": every person has exactly one."""

    name = "My tasks"

    def __init__(self, call: Call, owner: Somebody) -> None:
        self.gid, self.owner, self.workspace = f"9{owner.gid}", owner, call.state.workspace


TASK_LIST = Kind(
    "user_task_list",
    {
        **plain("gid name"),
        "resource_type": always("user_task_list"),
        "owner": nested("owner", lambda: USER),
        "workspace": nested("workspace", lambda: WORKSPACE),
    },
    compact="resource_type name owner workspace",
    full="resource_type name owner workspace",
)


@route("GET", "/users/*/user_task_list")
def get_task_list_of_user(call: Call, gid: str) -> Response:
    call.workspace()
    return call.one(TASK_LIST, TaskList(call, _user(call, gid)))


@route("GET", "/user_task_lists/*")
def get_task_list(call: Call, gid: str) -> Response:
    return call.one(TASK_LIST, TaskList(call, owner_of(call, gid)))


def owner_of(call: Call, gid: str) -> Somebody:
    """Whose task list it is."""
    return _user(call, gid.removeprefix("9"))
