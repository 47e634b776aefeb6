"""Makes ministack match AWS: state saved while it runs, and calls authorised under AWS's own resource names.

The emulator's interpreter runs it as a file. A killed emulator then loses seconds of data, not a
day.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ministack import app

# The emulator's interpreter runs this file by its path and doesn't know its package.
sys.path.append(str(Path(__file__).parents[1]))

from rollcall_local import (
    bridged_distribution,
    bridged_files,
    bridged_functions,
    bridged_gateway,
    bridged_logs,
    bridged_pools,
    bridged_refresh,
    bridged_rights,
    bridged_saving,
    bridged_secrets,
    bridged_sign_in,
    bridged_suppressions,
    bridged_tokens,
)

if __name__ == "__main__":
    bridged_rights.authorise_with_the_actions_of_aws()
    bridged_rights.authorise_with_the_arns_of_aws()
    bridged_rights.provide_condition_keys()
    bridged_rights.authorise_transactions_in_either_reading()
    bridged_gateway.serve_what_was_deployed()
    bridged_gateway.replace_whole_definitions()
    bridged_gateway.refuse_what_no_stage_could_serve()
    bridged_files.keep_the_names_of_files()
    bridged_functions.change_one_thing_at_a_time()
    bridged_functions.map_a_source_once()
    bridged_secrets.keep_each_version()
    bridged_logs.change_keys()
    bridged_suppressions.keep_the_suppression_list()
    bridged_tokens.provide_the_claims_of_github()
    bridged_sign_in.accept_each_code_once()
    bridged_sign_in.remember_the_browser()
    bridged_sign_in.ask_for_the_code()
    bridged_refresh.refresh_and_revoke()
    bridged_gateway.deny_with_the_apis_own_response()
    bridged_gateway.pass_the_caller_address()
    bridged_gateway.give_lists_in_claims_as_text()
    bridged_pools.change_groups()
    bridged_pools.keep_pools_in_use()
    bridged_distribution.reach_the_apis_here()
    bridged_distribution.tell_missing_from_refused()
    bridged_saving.save_as_it_runs()
    bridged_saving.stop_when_moved()
    app.main()
