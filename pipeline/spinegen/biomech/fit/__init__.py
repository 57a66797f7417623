"""From marker trajectories to joint angles: scaling, first poses, robust and smooth inverse kinematics."""
