"""What LocalStack needs to run Rollcall without Docker: functions as processes, and the services it lacks."""
