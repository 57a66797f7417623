"""What a user would know of drawn people."""

from spinegen.humans.spec.person_spec import PersonSpec
from spinegen.predict.views.trunk.build import Subject


def subject_of(spec: PersonSpec) -> Subject:
    """Height, mass, age and sex."""
    mass_kg = spec.bmi * spec.stature_m**2
    return Subject(spec.stature_m, mass_kg, spec.age_years, "male" if spec.sex == "male" else "female")
