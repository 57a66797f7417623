"""Calls on our actors: `vbp OBJECT CALL arguments`."""

import json

from ...errors import EngineError
from ..protocol import actor_calls
from ..world.human import Human
from ..world.world import World
from .router import INVALID
from .session import Session
from .stage_mask import capture_mask, set_mask_actors


def call_actor(session: Session, object_name: str, call_name: str, rest: str) -> str:
    """The JSON reply `{"ReturnValue": "..."}`.

    Raises:
        EngineError: no such object, bad arguments, or the call itself failed.
    """
    world = session.world
    actor = world.actor(object_name)
    if not any(call.actor == actor.uclass and call.name == call_name for call in actor_calls.CALLS):
        return INVALID
    arguments = actor_calls.parse_arguments(actor_calls.find_call(actor.uclass, call_name), rest)
    if isinstance(actor, Human):
        result = _human_call(world, actor, call_name, str(arguments[0]) if arguments else "")
        if call_name in ("SetBody", "SetPose"):
            world.changed()
    elif call_name == "SetMaskActors":
        result = set_mask_actors(session, str(arguments[0]))
    elif call_name == "CaptureMask":
        result = capture_mask(session, arguments)
    else:
        result = world.stage_call(call_name, arguments)
    return json.dumps({"ReturnValue": result})


def _human_call(world: World, human: Human, call_name: str, text: str) -> str:
    if call_name == "SetBody":
        human.wear(world.bodies.body(text))
        return "ok"
    if call_name == "SetPose":
        tag, separator, rig = text.partition(";")
        if not separator or "," in tag:
            raise EngineError("SetPose: the payload must read <tag>;<bone>,px,py,pz,qx,qy,qz,qw;...")
        human.set_pose(*actor_calls.decode_rig(rig))
        return tag
    return actor_calls.encode_rig(*(human.rig() if call_name == "GetBones" else human.rest_rig()))
