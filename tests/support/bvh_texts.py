"""Skeleton animations as text, made for the tests."""

import numpy as np

_LEG = """
    JOINT {side}UpLeg
    {{
      OFFSET {x} -6 0
      CHANNELS 3 Zrotation Xrotation Yrotation
      JOINT {side}Leg
      {{
        OFFSET 0 -42 0
        CHANNELS 3 Zrotation Xrotation Yrotation
        JOINT {side}Foot
        {{
          OFFSET 0 -42 0
          CHANNELS 3 Zrotation Xrotation Yrotation
          JOINT {side}Toe
          {{
            OFFSET 0 -6 13
            CHANNELS 3 Zrotation Xrotation Yrotation
            End Site
            {{
              OFFSET 0 0 5
            }}
          }}
        }}
      }}
    }}"""
_ARM = """
          JOINT {side}Shoulder
          {{
            OFFSET {x} 10 0
            CHANNELS 3 Zrotation Xrotation Yrotation
            JOINT {side}Arm
            {{
              OFFSET {twice} 0 0
              CHANNELS 3 Zrotation Xrotation Yrotation
              JOINT {side}ForeArm
              {{
                OFFSET {three} 0 0
                CHANNELS 3 Zrotation Xrotation Yrotation
                JOINT {side}Hand
                {{
                  OFFSET {three} 0 0
                  CHANNELS 3 Zrotation Xrotation Yrotation
                  End Site
                  {{
                    OFFSET {x} 0 0
                  }}
                }}
              }}
            }}
          }}"""


def lafan_like(frames: int = 30, frame_time: str = "0.0333333") -> str:
    """A BVH text with LAFAN's joint names of a person 1.7 m tall in cm who sways."""
    legs = "".join(_LEG.format(side=side, x=x) for side, x in (("Left", 9), ("Right", -9)))
    arms = "".join(_ARM.format(side=s, x=x, twice=2 * x, three=4 * x) for s, x in (("Left", 6.5), ("Right", -6.5)))
    hierarchy = f"""HIERARCHY
ROOT Hips
{{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
{legs}
    JOINT Spine
    {{
      OFFSET 0 8 0
      CHANNELS 3 Zrotation Xrotation Yrotation
      JOINT Spine1
      {{
        OFFSET 0 13 0
        CHANNELS 3 Zrotation Xrotation Yrotation
        JOINT Spine2
        {{
          OFFSET 0 13 0
          CHANNELS 3 Zrotation Xrotation Yrotation
          JOINT Neck
          {{
            OFFSET 0 22 0
            CHANNELS 3 Zrotation Xrotation Yrotation
            JOINT Head
            {{
              OFFSET 0 11 2
              CHANNELS 3 Zrotation Xrotation Yrotation
              End Site
              {{
                OFFSET 0 16 0
              }}
            }}
          }}{arms}
        }}
      }}
    }}
}}
MOTION
Frames: {frames}
Frame Time: {frame_time}
"""
    width = 6 + 3 * 21
    rows = []
    for frame in range(frames):
        angles = 8.0 * np.sin(0.2 * frame + np.arange(width))
        angles[:3] = 10.0, 98.0, -5.0
        rows.append(" ".join(f"{value:.4f}" for value in angles))
    return hierarchy + "\n".join(rows) + "\n"
