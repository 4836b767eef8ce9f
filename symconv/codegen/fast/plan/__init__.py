"""From derived equations to a planned array program: strategies under one cost model."""
