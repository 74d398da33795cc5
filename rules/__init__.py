"""The judgement: pure questions to the facts. Stands on `connectors.model` only."""
