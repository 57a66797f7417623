#pragma once

/**
 * Where the texels of a cube map look, and which part of an equirectangular picture lies there. Plain arithmetic
 * without any of Unreal's types, so that it is also compiled and run outside of Unreal. World axes: X forward, Y right,
 * Z up; a picture's middle column looks along +X, its right quarter along +Y.
 */
namespace SpinegenCube
{
/** Faces in Direct3D's order +X, -X, +Y, -Y, +Z, -Z; Across and Down are texel centres in -1..1, rows downwards. */
inline void Direction(int Face, double Across, double Down, double (&OutXyz)[3])
{
	const double ByFace[6][3] = {
	    {1.0, -Down, -Across}, {-1.0, -Down, Across}, {Across, 1.0, Down},
	    {Across, -1.0, -Down}, {Across, -Down, 1.0},  {-Across, -Down, -1.0},
	};
	for (int Axis = 0; Axis < 3; ++Axis)
	{
		OutXyz[Axis] = ByFace[Face][Axis];
	}
}
}
