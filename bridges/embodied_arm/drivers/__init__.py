"""Drivers of real arms, each on its maker's or the field's own client library.

`franka` (franky-control), `ur` (ur-rtde) and `so101` (Feetech's SDK over a serial port) implement
`embodied.arms.driver.Driver`. They are software, not a rated safety function: an emergency stop in reach is
a must. The libraries are imported when an arm is opened, never before.
"""
