"""The patient HTTP door that carries both vendors: pace, retries by policy, typed errors, metrics, no secrets."""

from connectors.http.door import PatientTransport, open_door
from connectors.http.meter import Call, Meter, Tally
from connectors.http.policy import Failure, Policy

__all__ = ["Call", "Failure", "Meter", "PatientTransport", "Policy", "Tally", "open_door"]
