/* Made by `npm run generate` from openapi.json. */
import type { DecimalText } from "~/lib/decimal";
export interface paths {
    "/api/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Keys
         * @description The person's keys that still work.
         */
        get: operations["list_keys_api_v1_api_keys_get"];
        put?: never;
        /**
         * Create Key
         * @description Make a key for a program; it is shown this once and never does more than the person may.
         */
        post: operations["create_key_api_v1_api_keys_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke Key
         * @description End one of the person's keys.
         */
        delete: operations["revoke_key_api_v1_api_keys__id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Audit
         * @description What was done in a workspace, newest first.
         */
        get: operations["list_audit_api_v1_audit_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hooks/alert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take Alert
         * @description A sender's message, proved by the token in its body; 202 once it is durable.
         */
        post: operations["take_alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hooks/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check Reach
         * @description What the caller looks like from here.
         */
        get: operations["check_reach"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hooks/postback/{account}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take Postback
         * @description A broker's message that an order changed: one that proves itself has the account compared with its broker at once; nothing else of it is believed.
         */
        post: operations["take_postback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hooks/signal/{strategy}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take Signal
         * @description A sender's message, proved by X-Signature: t=<unix>,v1=<hex HMAC-SHA256(secret, t.body)>.
         */
        post: operations["take_signal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Session
         * @description Who is signed in, with the CSRF token for unsafe requests.
         */
        get: operations["read_session_api_v1_session_get"];
        put?: never;
        /**
         * Sign In
         * @description Sign in; guesses are slowed down by account and by address.
         */
        post: operations["sign_in_api_v1_session_post"];
        /**
         * Sign Out
         * @description End this session.
         */
        delete: operations["sign_out_api_v1_session_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change Password
         * @description Replace the password; every other session of the person ends.
         */
        post: operations["change_password_api_v1_session_password_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/step-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Step Up
         * @description Give the password again: dangerous actions are allowed for five minutes, and the cookie is renewed.
         */
        post: operations["step_up_api_v1_session_step_up_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Sessions
         * @description The person's signed-in browsers.
         */
        get: operations["list_sessions_api_v1_sessions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End Session
         * @description End one of the person's sessions; its stream closes within a second.
         */
        delete: operations["end_session_api_v1_sessions__id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Setup
         * @description Whether the desk still waits for its first owner.
         */
        get: operations["read_setup_api_v1_setup_get"];
        put?: never;
        /**
         * Finish Setup
         * @description Make an account by a one-time link, and sign in.
         */
        post: operations["finish_setup_api_v1_setup_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stream/ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make Ticket
         * @description A ticket for one connection to a workspace's stream, good for 30 seconds.
         */
        post: operations["make_ticket_api_v1_stream_ticket_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Accounts
         * @description Every account at a glance.
         */
        get: operations["list_accounts_api_v1_w__workspace__accounts_get"];
        put?: never;
        /**
         * Open Account
         * @description Open a paper account with cash in it.
         */
        post: operations["open_account_api_v1_w__workspace__accounts_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/accounts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Account
         * @description One account in full.
         */
        get: operations["read_account_api_v1_w__workspace__accounts__id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change Account
         * @description Rename an account, or switch it on or off; switched off it takes no new orders.
         */
        patch: operations["change_account_api_v1_w__workspace__accounts__id__patch"];
        trace?: never;
    };
    "/api/v1/w/{workspace}/accounts/{id}/arm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Arm Account
         * @description Let a live account that is a GO trade: a deliberate act of a person who gave the password just now.
         */
        post: operations["arm_account_api_v1_w__workspace__accounts__id__arm_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/accounts/{id}/connection": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Connection
         * @description How an account is connected: session, data age, limits used, last errors.
         */
        get: operations["read_connection_api_v1_w__workspace__accounts__id__connection_get"];
        /**
         * Change Credential
         * @description Go on with another credential of the same account at the broker.
         */
        put: operations["change_credential_api_v1_w__workspace__accounts__id__connection_put"];
        post?: never;
        /**
         * Forget Credential
         * @description Remove the credential: the session ends and the account is switched off; its orders stay at the broker.
         */
        delete: operations["forget_credential_api_v1_w__workspace__accounts__id__connection_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/accounts/{id}/connection/kill-switch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Turn Kill Switch
         * @description Let no order of the account pass at its broker, or let them pass again.
         */
        post: operations["turn_kill_switch_api_v1_w__workspace__accounts__id__connection_kill_switch_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/accounts/{id}/connection/reconnect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reconnect
         * @description Close the session and open it anew.
         */
        post: operations["reconnect_api_v1_w__workspace__accounts__id__connection_reconnect_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/accounts/{id}/instruments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * List Instruments
         * @description Bring instruments of the account's broker into the workspace's list.
         */
        post: operations["list_instruments_api_v1_w__workspace__accounts__id__instruments_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/accounts/{id}/instruments/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search Instruments
         * @description Search the whole list of the account's broker: by symbol, name, underlying, expiry, strike and right.
         *
         *     The first search begins to read the list (state `loading`): ask again after a second. Without words it finds nothing
         *     and says how the list is.
         */
        get: operations["search_instruments_api_v1_w__workspace__accounts__id__instruments_search_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/accounts/{id}/options/chain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Chain
         * @description The calls and puts of one expiry (the nearest when left out), for the strikes nearest to the money.
         *
         *     While the broker's list is being read for the first time it answers 503 `options_reading`: ask again after a second.
         */
        get: operations["read_chain_api_v1_w__workspace__accounts__id__options_chain_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/accounts/{id}/options/expiries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Expiries
         * @description When the options expire that the account's broker lists on an underlying, named by id or symbol.
         */
        get: operations["list_expiries_api_v1_w__workspace__accounts__id__options_expiries_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/alerts/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test Alert
         * @description Read a message as if the strategy had sent it, and show what each account would do.
         */
        post: operations["test_alert_api_v1_w__workspace__alerts_test_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/backtests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Backtests
         * @description Runs, newest first.
         */
        get: operations["list_backtests_api_v1_w__workspace__backtests_get"];
        put?: never;
        /**
         * Start Backtest
         * @description Queue a run; it is made in a worker process, and its progress comes over the stream's topic `backtests`.
         */
        post: operations["start_backtest_api_v1_w__workspace__backtests_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/backtests/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Backtest
         * @description One run: what was asked, how it stands, what the strategy printed.
         */
        get: operations["read_backtest_api_v1_w__workspace__backtests__id__get"];
        put?: never;
        post?: never;
        /**
         * Remove Backtest
         * @description Delete a run with its files; 409 while it has not ended.
         */
        delete: operations["remove_backtest_api_v1_w__workspace__backtests__id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/backtests/{id}/bars": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Backtest Bars
         * @description The bars that the run saw, with its fills among them.
         */
        get: operations["read_backtest_bars_api_v1_w__workspace__backtests__id__bars_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/backtests/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel Backtest
         * @description Stop a run; one that has ended stays as it is.
         */
        post: operations["cancel_backtest_api_v1_w__workspace__backtests__id__cancel_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/backtests/{id}/files/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download Backtest
         * @description One of a finished run's files.
         */
        get: operations["download_backtest_api_v1_w__workspace__backtests__id__files__file__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/backtests/{id}/result": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Backtest Result
         * @description The charts and figures of a finished backtest.
         */
        get: operations["read_backtest_result_api_v1_w__workspace__backtests__id__result_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/backtests/{id}/round-trips": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Backtest Round Trips
         * @description The round trips of a finished backtest in their order.
         */
        get: operations["read_backtest_round_trips_api_v1_w__workspace__backtests__id__round_trips_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/backtests/{id}/survival": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Backtest Survival
         * @description How often the days of a finished backtest pass a funded account's plan or fail it, drawn again and again.
         */
        get: operations["read_backtest_survival_api_v1_w__workspace__backtests__id__survival_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/backtests/{id}/sweep": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Sweep
         * @description The rows of a finished sweep.
         */
        get: operations["read_sweep_api_v1_w__workspace__backtests__id__sweep_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/backtests/compare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Compare Backtests
         * @description Growth and figures of up to six finished runs beside each other.
         */
        get: operations["compare_backtests_api_v1_w__workspace__backtests_compare_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/backtests/data": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Backtest Data
         * @description The bars that a run can be made on: what the catalog holds.
         */
        get: operations["list_backtest_data_api_v1_w__workspace__backtests_data_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/backtests/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Backtest Settings
         * @description Who may have strategy code run here.
         */
        get: operations["read_backtest_settings_api_v1_w__workspace__backtests_settings_get"];
        /**
         * Change Backtest Settings
         * @description Say who may have strategy code run here: trader, admin or owner.
         */
        put: operations["change_backtest_settings_api_v1_w__workspace__backtests_settings_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/brokers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Brokers
         * @description The brokers that an account can be connected at, with what each asks for.
         */
        get: operations["list_brokers_api_v1_w__workspace__brokers_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/brokers/{broker}/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Connect Account
         * @description Connect an account; a live one is halted until it is armed.
         */
        post: operations["connect_account_api_v1_w__workspace__brokers__broker__accounts_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/brokers/{broker}/probe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Probe Broker
         * @description Look at the account behind a credential, read-only; nothing is kept.
         */
        post: operations["probe_broker_api_v1_w__workspace__brokers__broker__probe_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/export/intents/{id}.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export Intent
         * @description One intent with every event of it, to keep, to replay, or to send with a question.
         */
        get: operations["export_intent_api_v1_w__workspace__export_intents__id__json_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/export/intents/{id}.txt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export Intent Text
         * @description The same for a reader.
         */
        get: operations["export_intent_text_api_v1_w__workspace__export_intents__id__txt_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/fills": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Fills
         * @description Executions, newest first.
         */
        get: operations["list_fills_api_v1_w__workspace__fills_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/funded": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Funded
         * @description Every account that is held to a rulebook, with its distance to each floor.
         */
        get: operations["list_funded_api_v1_w__workspace__funded_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/funded/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Funded
         * @description One account under its rulebook: rules with their state, days, stages, and equity against the floor.
         */
        get: operations["read_funded_api_v1_w__workspace__funded__id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/funded/{id}/attach": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Attach
         * @description Hold an account to a rulebook from now on; asks for the password again.
         */
        post: operations["attach_api_v1_w__workspace__funded__id__attach_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/funded/{id}/detach": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Detach
         * @description Hold an account to no rulebook any more; asks for the password again.
         */
        post: operations["detach_api_v1_w__workspace__funded__id__detach_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/funded/{id}/payout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pay Out
         * @description Record a payout that the firm made; the desk itself moves no money. Asks for the password again.
         */
        post: operations["pay_out_api_v1_w__workspace__funded__id__payout_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/funded/rulebooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Rulebooks
         * @description Every rulebook that can be attached, each with its source and date, and the files that could not be read.
         */
        get: operations["list_rulebooks_api_v1_w__workspace__funded_rulebooks_get"];
        /**
         * Write Rulebook File
         * @description Keep a rulebook file of one's own; an error is refused with its line. Asks for the password again.
         */
        put: operations["write_rulebook_file_api_v1_w__workspace__funded_rulebooks_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/funded/rulebooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Rulebook File
         * @description The text of a rulebook file of one's own.
         */
        get: operations["read_rulebook_file_api_v1_w__workspace__funded_rulebooks__id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Groups
         * @description The workspace's groups.
         */
        get: operations["list_groups_api_v1_w__workspace__groups_get"];
        put?: never;
        /**
         * Create Group
         * @description Define a group.
         */
        post: operations["create_group_api_v1_w__workspace__groups_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/groups/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Group
         * @description One group.
         */
        get: operations["read_group_api_v1_w__workspace__groups__id__get"];
        /**
         * Change Group
         * @description Replace a group as a whole; intents already taken in keep their allocation.
         */
        put: operations["change_group_api_v1_w__workspace__groups__id__put"];
        post?: never;
        /**
         * Remove Group
         * @description Remove a group that no strategy sends to.
         */
        delete: operations["remove_group_api_v1_w__workspace__groups__id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/groups/{id}/standing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Group Standing
         * @description One group at a glance.
         */
        get: operations["group_standing_api_v1_w__workspace__groups__id__standing_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/groups/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview Group
         * @description What a wish would become under a group that need not exist yet; nothing is kept.
         */
        post: operations["preview_group_api_v1_w__workspace__groups_preview_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/groups/standing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Group Standings
         * @description Every group at a glance: its last wish's convergence, what is unfinished, and followers' drift.
         */
        get: operations["group_standings_api_v1_w__workspace__groups_standing_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/guardian": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Guardian
         * @description Whether the guardian watches, what it sees, and what it last did.
         */
        get: operations["read_guardian_api_v1_w__workspace__guardian_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/halt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Halt
         * @description Stop what adds risk in a scope; when this answers nothing that adds risk leaves any more.
         */
        post: operations["halt_api_v1_w__workspace__halt_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/instruments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Instruments
         * @description What can be traded or watched.
         */
        get: operations["list_instruments_api_v1_w__workspace__instruments_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/instruments/{id}/bars": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Bars
         * @description Past bars, oldest first, that start before `until` (market clock; the newest without it).
         */
        get: operations["list_bars_api_v1_w__workspace__instruments__id__bars_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/intents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Intents
         * @description Wishes, newest first.
         */
        get: operations["list_intents_api_v1_w__workspace__intents_get"];
        put?: never;
        /**
         * Take Intent
         * @description Take a wish in; 202 once it is durable. The same Idempotency-Key and body give the first answer again, the key with another body 409.
         */
        post: operations["take_intent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/intents/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Intent
         * @description One wish with its waterfall: each stage, each rule with its numbers, each account.
         */
        get: operations["read_intent_api_v1_w__workspace__intents__id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/intents/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay Intent
         * @description Ask for a recorded wish again in a paper account: a new intent, marked as a replay of the original.
         */
        post: operations["replay_intent_api_v1_w__workspace__intents_replay_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/intents/replay/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview Replay
         * @description What a recording would become in a paper account now; nothing is sent.
         */
        post: operations["preview_replay_api_v1_w__workspace__intents_replay_preview_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/journal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Journal
         * @description What happened, event by event.
         */
        get: operations["list_journal_api_v1_w__workspace__journal_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/limits/{scope_type}/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Limits
         * @description What one group, account or strategy sets.
         */
        get: operations["read_limits_api_v1_w__workspace__limits__scope_type___id__get"];
        /**
         * Set Limits
         * @description Replace what one group, account or strategy sets, now or from a date on; asks for the password again.
         */
        put: operations["set_limits_api_v1_w__workspace__limits__scope_type___id__put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/limits/{scope_type}/{id}/drop-plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Drop Plan
         * @description Take back a planned change of the limits of one scope; asks for the password again.
         */
        post: operations["drop_plan_api_v1_w__workspace__limits__scope_type___id__drop_plan_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/limits/{scope_type}/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read History
         * @description Every change of the limits of one group, account or strategy, newest first.
         */
        get: operations["read_history_api_v1_w__workspace__limits__scope_type___id__history_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/limits/catalog": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Catalog
         * @description What can be limited, in which scopes, and the named profiles.
         */
        get: operations["read_catalog_api_v1_w__workspace__limits_catalog_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/limits/workspace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Workspace Limits
         * @description What the workspace sets for all its accounts.
         */
        get: operations["read_workspace_limits_api_v1_w__workspace__limits_workspace_get"];
        /**
         * Set Workspace Limits
         * @description Replace what the workspace sets, now or from a date on; asks for the password again.
         */
        put: operations["set_workspace_limits_api_v1_w__workspace__limits_workspace_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/limits/workspace/drop-plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Drop Workspace Plan
         * @description Take back a planned change of the workspace's limits; asks for the password again.
         */
        post: operations["drop_workspace_plan_api_v1_w__workspace__limits_workspace_drop_plan_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/limits/workspace/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Workspace History
         * @description Every change of the workspace's limits, newest first.
         */
        get: operations["read_workspace_history_api_v1_w__workspace__limits_workspace_history_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/logins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Logins
         * @description The accounts whose brokers want a login each day, those that need one now first.
         */
        get: operations["list_logins_api_v1_w__workspace__logins_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/logins/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log In
         * @description Bring back what a person's login at the broker gave: it is exchanged, tried by a read, kept, and the session opens.
         */
        post: operations["log_in_api_v1_w__workspace__logins__id__post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/market/speed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set Speed
         * @description Let the replayed market run faster or slower.
         */
        post: operations["set_speed_api_v1_w__workspace__market_speed_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Orders
         * @description Orders, newest first.
         */
        get: operations["list_orders_api_v1_w__workspace__orders_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/orders/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Order
         * @description One order with every rule's answer.
         */
        get: operations["read_order_api_v1_w__workspace__orders__id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/orders/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel Order
         * @description Ask for an order to be canceled; asking twice changes nothing.
         */
        post: operations["cancel_order_api_v1_w__workspace__orders__id__cancel_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/orders/{id}/candidates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Order Candidates
         * @description Ask the broker which of its orders one in doubt may be, those that were adopted as EXTERNAL too; oldest first.
         */
        get: operations["order_candidates_api_v1_w__workspace__orders__id__candidates_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/orders/{id}/confirm-dead": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm Dead
         * @description Vouch that the broker never got an order in doubt; frees what it reserved.
         */
        post: operations["confirm_dead_api_v1_w__workspace__orders__id__confirm_dead_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/orders/{id}/identify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Identify Order
         * @description Say which of the broker's orders one in doubt is: it works and fills as ours from then on.
         */
        post: operations["identify_order_api_v1_w__workspace__orders__id__identify_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/orders/{id}/replace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace Order
         * @description Ask for a working order to be worked on other terms; the change passes the gate first.
         */
        post: operations["replace_order_api_v1_w__workspace__orders__id__replace_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/orders/cancel-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel All
         * @description Ask for every open order of an account, a group or the workspace to be canceled.
         */
        post: operations["cancel_all_api_v1_w__workspace__orders_cancel_all_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Overview
         * @description Everything that the frame of the desk page shows.
         */
        get: operations["read_overview_api_v1_w__workspace__overview_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/positions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Positions
         * @description What is held.
         */
        get: operations["list_positions_api_v1_w__workspace__positions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview Intent
         * @description What the wish would become, account by account; nothing is sent.
         */
        post: operations["preview_intent_api_v1_w__workspace__preview_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/preview/margin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview Margin
         * @description What the brokers would block for the wishes together, account by account; nothing is sent as an order.
         *
         *     Brokers that say so: Angel One, Dhan, Interactive Brokers (one order at a time), Zerodha. A question waits for what the
         *     account's rate has to spare, so it may be answered `not_told` with `broker_throttled` while orders leave.
         */
        post: operations["preview_margin_api_v1_w__workspace__preview_margin_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/quotes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Quotes
         * @description The last quote of every instrument that has one.
         */
        get: operations["list_quotes_api_v1_w__workspace__quotes_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/readiness": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Readiness
         * @description GO or NO-GO for every enabled account, with each check.
         */
        get: operations["read_readiness_api_v1_w__workspace__readiness_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/readiness/{id}/repair": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Repair
         * @description Mend one check as far as the desk can by itself; the board tells how it came out.
         */
        post: operations["repair_api_v1_w__workspace__readiness__id__repair_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/reconciliation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Reconciliation
         * @description How each account's book stands to its broker's, those that need somebody first.
         */
        get: operations["list_reconciliation_api_v1_w__workspace__reconciliation_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/reconciliation/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Reconciliation History
         * @description Comparisons that said something new, newest first.
         */
        get: operations["reconciliation_history_api_v1_w__workspace__reconciliation_history_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/reconciliation/now": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reconcile Now
         * @description Compare an account, or every one that is connected, at once; the outcome comes by the stream.
         */
        post: operations["reconcile_now_api_v1_w__workspace__reconciliation_now_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Release
         * @description Let orders leave a scope again; asks for the password.
         */
        post: operations["release_api_v1_w__workspace__release_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/risk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Risk
         * @description Every account's limits with their meters, its locks, and what is being closed.
         */
        get: operations["read_risk_api_v1_w__workspace__risk_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/risk/dry-run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Dry Run
         * @description Ask every rule about an order, under the limits that hold or under others; nothing is sent or kept.
         */
        post: operations["dry_run_api_v1_w__workspace__risk_dry_run_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/risk/edge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Judge Edge
         * @description What past results say: wins, payoff, expectancy with its error, and Kelly's fraction.
         */
        post: operations["judge_edge_api_v1_w__workspace__risk_edge_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/risk/greeks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Greeks
         * @description Delta, gamma, vega, theta and rho of the options that are held (Black, Scholes and Merton).
         */
        get: operations["read_greeks_api_v1_w__workspace__risk_greeks_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/risk/portfolio": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Portfolio
         * @description VaR, CVaR, beta, volatility, concentration, correlations and stress of what is held, from daily bars.
         */
        get: operations["read_portfolio_api_v1_w__workspace__risk_portfolio_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/risk/releases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Releases
         * @description The calendar of releases that news windows look at.
         */
        get: operations["read_releases_api_v1_w__workspace__risk_releases_get"];
        /**
         * Set Releases
         * @description Replace the calendar of releases; asks for the password again.
         */
        put: operations["set_releases_api_v1_w__workspace__risk_releases_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/risk/releases/text": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Write Releases
         * @description Replace the calendar by a file's text; an error is refused with its line. Asks for the password again.
         */
        put: operations["write_releases_api_v1_w__workspace__risk_releases_text_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/risk/size": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Size
         * @description The largest quantity that loses no more than a risk at its stop, and that every rule lets pass.
         */
        post: operations["size_api_v1_w__workspace__risk_size_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/risk/square-off": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Square Off
         * @description Close positions until none is left; durable when this answers, sent as soon as each venue is open.
         */
        post: operations["square_off_api_v1_w__workspace__risk_square_off_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/risk/square-off/{id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop Square Off
         * @description Call a square-off off; what was sent already goes on at its broker.
         */
        post: operations["stop_square_off_api_v1_w__workspace__risk_square_off__id__stop_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/risk/stress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stress
         * @description What a scenario of one's own would bring to what is held.
         */
        post: operations["stress_api_v1_w__workspace__risk_stress_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/risk/violations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Violations
         * @description Violations, newest first.
         */
        get: operations["list_violations_api_v1_w__workspace__risk_violations_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/risk/violations/{id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Acknowledge
         * @description Say that a violation was seen.
         */
        post: operations["acknowledge_api_v1_w__workspace__risk_violations__id__acknowledge_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/risk/violations/{id}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resolve
         * @description Say that a violation is dealt with, and how.
         */
        post: operations["resolve_api_v1_w__workspace__risk_violations__id__resolve_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/strategies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Strategies
         * @description The workspace's senders of signals.
         */
        get: operations["list_strategies_api_v1_w__workspace__strategies_get"];
        put?: never;
        /**
         * Create Strategy
         * @description Define a sender; its token is shown this once.
         */
        post: operations["create_strategy_api_v1_w__workspace__strategies_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/strategies/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Strategy
         * @description One sender.
         */
        get: operations["read_strategy_api_v1_w__workspace__strategies__id__get"];
        put?: never;
        post?: never;
        /**
         * Remove Strategy
         * @description Remove a sender; its token is worth nothing from here on.
         */
        delete: operations["remove_strategy_api_v1_w__workspace__strategies__id__delete"];
        options?: never;
        head?: never;
        /**
         * Change Strategy
         * @description Change a sender; its token stays.
         */
        patch: operations["change_strategy_api_v1_w__workspace__strategies__id__patch"];
        trace?: never;
    };
    "/api/v1/w/{workspace}/strategies/{id}/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Alerts
         * @description The messages that came with the strategy's token, newest first, refused ones too.
         */
        get: operations["list_alerts_api_v1_w__workspace__strategies__id__alerts_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/strategies/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate Token
         * @description Make a new token; the old one stops working at once.
         */
        post: operations["rotate_token_api_v1_w__workspace__strategies__id__rotate_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/strategy-files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Strategy Files
         * @description The workspace's strategy files, the one changed last first.
         */
        get: operations["list_strategy_files_api_v1_w__workspace__strategy_files_get"];
        put?: never;
        /**
         * Create Strategy File
         * @description Keep a new strategy file as its version 1.
         */
        post: operations["create_strategy_file_api_v1_w__workspace__strategy_files_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/strategy-files/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Strategy File
         * @description A file with its newest version.
         */
        get: operations["read_strategy_file_api_v1_w__workspace__strategy_files__id__get"];
        put?: never;
        post?: never;
        /**
         * Remove Strategy File
         * @description Delete a file with all its versions; its runs stay, each with the source that it ran.
         */
        delete: operations["remove_strategy_file_api_v1_w__workspace__strategy_files__id__delete"];
        options?: never;
        head?: never;
        /**
         * Rename Strategy File
         * @description Give a file another name.
         */
        patch: operations["rename_strategy_file_api_v1_w__workspace__strategy_files__id__patch"];
        trace?: never;
    };
    "/api/v1/w/{workspace}/strategy-files/{id}/file.py": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download Strategy File
         * @description The source as a file of Python.
         */
        get: operations["download_strategy_file_api_v1_w__workspace__strategy_files__id__file_py_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/strategy-files/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Strategy Versions
         * @description A file's versions, newest first.
         */
        get: operations["list_strategy_versions_api_v1_w__workspace__strategy_files__id__versions_get"];
        put?: never;
        /**
         * Add Strategy Version
         * @description Keep a new version; 409 where somebody saved another one meanwhile.
         */
        post: operations["add_strategy_version_api_v1_w__workspace__strategy_files__id__versions_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/strategy-files/{id}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Strategy Version
         * @description One version with its source and what a reading of it found.
         */
        get: operations["read_strategy_version_api_v1_w__workspace__strategy_files__id__versions__version__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/strategy-files/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check Strategy Source
         * @description What a source holds and what is wrong with it; it is read and never run.
         */
        post: operations["check_strategy_source_api_v1_w__workspace__strategy_files_check_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/strategy-files/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Strategy Templates
         * @description Strategies to start from.
         */
        get: operations["list_strategy_templates_api_v1_w__workspace__strategy_files_templates_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/strategy-runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Strategy Runs
         * @description Strategies at work, and those that were, newest first.
         */
        get: operations["list_strategy_runs_api_v1_w__workspace__strategy_runs_get"];
        put?: never;
        /**
         * Start Strategy Run
         * @description Put a strategy to work in a process of its own; its signals go through the intake like any strategy's.
         */
        post: operations["start_strategy_run_api_v1_w__workspace__strategy_runs_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/strategy-runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Strategy Run
         * @description One run with the text that it runs.
         */
        get: operations["read_strategy_run_api_v1_w__workspace__strategy_runs__id__get"];
        put?: never;
        post?: never;
        /**
         * Remove Strategy Run
         * @description Forget a run that is not at work, with its log; its orders stay in the journal.
         */
        delete: operations["remove_strategy_run_api_v1_w__workspace__strategy_runs__id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/strategy-runs/{id}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Strategy Run Log
         * @description A run's log: what the strategy wrote and printed, its orders, fills and refusals.
         */
        get: operations["read_strategy_run_log_api_v1_w__workspace__strategy_runs__id__log_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/strategy-runs/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume Strategy Run
         * @description Put a stopped or failed run to work again with what it kept; bars that passed meanwhile are history.
         */
        post: operations["resume_strategy_run_api_v1_w__workspace__strategy_runs__id__resume_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/strategy-runs/{id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop Strategy Run
         * @description Stop a run; its working orders stay, unless it is flattened.
         */
        post: operations["stop_strategy_run_api_v1_w__workspace__strategy_runs__id__stop_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Users
         * @description The workspace's people.
         */
        get: operations["list_users_api_v1_w__workspace__users_get"];
        put?: never;
        /**
         * Add User
         * @description Let a person in with a first password, which they should change.
         */
        post: operations["add_user_api_v1_w__workspace__users_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/w/{workspace}/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove User
         * @description Take a person's part in the workspace away.
         */
        delete: operations["remove_user_api_v1_w__workspace__users__id__delete"];
        options?: never;
        head?: never;
        /**
         * Change Role
         * @description Change what a person may do; the last owner stays one.
         */
        patch: operations["change_role_api_v1_w__workspace__users__id__patch"];
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Live
         * @description The process answers.
         */
        get: operations["live_health_live_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ready
         * @description Whether orders can be taken, and what each part says; 503 when one of them cannot work.
         */
        get: operations["ready_health_ready_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics
         * @description Figures for Prometheus.
         */
        get: operations["metrics_metrics_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Accepted
         * @description The request is on its way; its outcome comes by the stream.
         */
        Accepted: {
            /** Id */
            id: string;
        };
        /**
         * AccountChange
         * @description What to change of an account.
         */
        AccountChange: {
            /** Enabled */
            enabled?: boolean | null;
            /** Name */
            name?: string | null;
        };
        /**
         * AccountDetail
         * @description One account in full.
         */
        AccountDetail: {
            /** Balances */
            balances: components["schemas"]["Balance"][];
            /** Breaks */
            breaks: components["schemas"]["BreakView"][];
            /** Broker */
            broker: string;
            /** Buying Power */
            buying_power: DecimalText | null;
            /** Cash */
            cash: DecimalText | null;
            /** Connected */
            connected: boolean;
            /** Connection Detail */
            connection_detail: string;
            /** Currency */
            currency: string;
            /** Day Pnl */
            day_pnl: DecimalText | null;
            /** Enabled */
            enabled: boolean;
            /** Equity */
            equity: DecimalText | null;
            /** Fractional */
            fractional: boolean;
            /** Gross Exposure */
            gross_exposure: DecimalText | null;
            /** Id */
            id: string;
            /** Last Reconciled At */
            last_reconciled_at: string | null;
            /** Limits */
            limits: components["schemas"]["LimitMeter"][];
            /** Limits Effective */
            limits_effective: components["schemas"]["EffectiveLimit"][];
            limits_set: components["schemas"]["LimitsView"];
            mode: components["schemas"]["Mode"];
            /** Name */
            name: string;
            /** Open Orders */
            open_orders: number;
            /** Program */
            program: string;
            /** Reconciled */
            reconciled: boolean;
            session_state: components["schemas"]["TradingState"];
            state: components["schemas"]["StateView"];
            /** Unrealized Pnl */
            unrealized_pnl: DecimalText | null;
        };
        /**
         * AccountList
         * @description The workspace's accounts.
         */
        AccountList: {
            /** Items */
            items: components["schemas"]["AccountSummary"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * AccountReadiness
         * @description One account: GO when no check fails. `opens_at` is when its next session begins, null while one is open.
         */
        AccountReadiness: {
            /** Account */
            account: string;
            /** Armed */
            armed: boolean;
            /** Broker */
            broker: string;
            /** Checks */
            checks: components["schemas"]["ReadinessCheck"][];
            /** Go */
            go: boolean;
            mode: components["schemas"]["Mode"];
            /** Name */
            name: string;
            /** Opens At */
            opens_at: string | null;
            scheduled: components["schemas"]["ScheduledCheck"] | null;
        };
        /**
         * AccountReconciliation
         * @description One account: when it was last compared, when it will be again, and what differs or was repaired last.
         *
         *     `passed_at` is the last full comparison of this process, `agreed_at` the last one that agreed by the broker's
         *     clock, `next_at` when the next one is due. `changed_at` is when the differences shown were found. `needs_person` counts
         *     the differences and the orders in doubt that only a person can settle.
         */
        AccountReconciliation: {
            /** Account */
            account: string;
            /** Account Name */
            account_name: string;
            /** Agreed At */
            agreed_at: string | null;
            /** Broker */
            broker: string;
            /** Changed At */
            changed_at: string | null;
            /** Detail */
            detail: string;
            /** Differences */
            differences: components["schemas"]["Difference"][];
            /** External Orders */
            external_orders: number;
            /** In Doubt */
            in_doubt: components["schemas"]["OrderInDoubt"][];
            /** Needs Person */
            needs_person: number;
            /** Next At */
            next_at: string | null;
            /** Passed At */
            passed_at: string | null;
            standing: components["schemas"]["bidwell__server__reconciliation__schemas__Standing"];
            /** Waiting */
            waiting: number;
        };
        /**
         * AccountRisk
         * @description One account's risk at a glance; money in its currency, null while a rate or price is unknown.
         */
        AccountRisk: {
            /** Account */
            account: string;
            /** Currency */
            currency: string;
            /** Day Pnl */
            day_pnl: DecimalText | null;
            /** Equity */
            equity: DecimalText | null;
            /** Free Margin */
            free_margin: DecimalText | null;
            /** Locks */
            locks: components["schemas"]["LockView"][];
            /** Meters */
            meters: components["schemas"]["RiskMeter"][];
            /** Name */
            name: string;
            /** Open Violations */
            open_violations: number;
            /** Positions */
            positions: number;
            /** Program */
            program: string;
            /** Realized Today */
            realized_today: DecimalText | null;
            state: components["schemas"]["StateView"];
        };
        /**
         * AccountSummary
         * @description One account at a glance; money in its own currency, null while a rate that it needs is unknown.
         */
        AccountSummary: {
            /** Broker */
            broker: string;
            /** Buying Power */
            buying_power: DecimalText | null;
            /** Cash */
            cash: DecimalText | null;
            /** Connected */
            connected: boolean;
            /** Currency */
            currency: string;
            /** Day Pnl */
            day_pnl: DecimalText | null;
            /** Enabled */
            enabled: boolean;
            /** Equity */
            equity: DecimalText | null;
            /** Fractional */
            fractional: boolean;
            /** Gross Exposure */
            gross_exposure: DecimalText | null;
            /** Id */
            id: string;
            /** Limits */
            limits: components["schemas"]["LimitMeter"][];
            mode: components["schemas"]["Mode"];
            /** Name */
            name: string;
            /** Open Orders */
            open_orders: number;
            /** Program */
            program: string;
            /** Reconciled */
            reconciled: boolean;
            session_state: components["schemas"]["TradingState"];
            state: components["schemas"]["StateView"];
            /** Unrealized Pnl */
            unrealized_pnl: DecimalText | null;
        };
        /**
         * ActionBody
         * @description A corporate action: `split` new shares for one old, `dividend` of money for each old one, on its ex-date.
         */
        ActionBody: {
            /**
             * Date
             * Format: date
             */
            date: string;
            /**
             * Dividend
             * Format: decimal
             * @default 0
             * @example 98.50
             */
            dividend?: DecimalText;
            /**
             * Split
             * Format: decimal
             * @default 1
             * @example 98.50
             */
            split?: DecimalText;
            /** Symbol */
            symbol: string;
        };
        /**
         * Adjust
         * @description How splits and dividends that the catalog keeps are booked: as they were, splits taken out of prices, or both.
         * @enum {string}
         */
        Adjust: "raw" | "split" | "total";
        /**
         * AlertEntry
         * @description One message that came for the strategy; its token is redacted.
         */
        AlertEntry: {
            /**
             * At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            at: string;
            /** Body */
            body: string;
            /** Code */
            code: string;
            /** Detail */
            detail: string;
            /** Intent */
            intent: string | null;
            /**
             * Outcome
             * @description accepted, duplicate or refused
             * @example accepted
             */
            outcome: string;
        };
        /**
         * AlertPage
         * @description Messages, newest first.
         */
        AlertPage: {
            /** Items */
            items: components["schemas"]["AlertEntry"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * AlertReceipt
         * @description Every intent that the message became is durable; `duplicate` when it was here before.
         */
        AlertReceipt: {
            /** Duplicate */
            duplicate: boolean;
            /** Intent */
            intent: string;
            /** Intents */
            intents: string[];
        };
        /**
         * AlertTest
         * @description A message as the sender would post it; its token may be anything here.
         */
        AlertTest: {
            /** Body */
            body: string;
            /** Strategy */
            strategy: string;
        };
        /**
         * AlertTrial
         * @description What would happen; one of `would` and `problem` is null.
         */
        AlertTrial: {
            parsed: components["schemas"]["ParsedAlert"] | null;
            problem: components["schemas"]["Problem"] | null;
            /** Would */
            would: components["schemas"]["Preview"][] | null;
        };
        /**
         * AllocationView
         * @description One account's part; a zero quantity has a note that says why.
         */
        AllocationView: {
            /** Account */
            account: string;
            /** Account Name */
            account_name: string;
            /** Instrument */
            instrument: string;
            /** Note */
            note: string;
            /**
             * Quantity
             * Format: decimal
             * @example 98.50
             */
            quantity: DecimalText;
            /** Side */
            side: string;
        };
        /**
         * ApiKey
         * @description A key as it can be shown: its first characters tell it apart.
         */
        ApiKey: {
            /** Addresses */
            addresses?: string[];
            /**
             * Created At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            created_at: string;
            /** Expires At */
            expires_at?: string | null;
            /** Id */
            id: string;
            /** Last Used At */
            last_used_at?: string | null;
            /** Name */
            name: string;
            /** Prefix */
            prefix: string;
            /** Scopes */
            scopes: components["schemas"]["KeyScope"][];
            /** Workspace */
            workspace: string;
        };
        /**
         * ApiKeyPage
         * @description The person's keys.
         */
        ApiKeyPage: {
            /** Items */
            items: components["schemas"]["ApiKey"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * ArmBody
         * @description `number` is the broker's account number, typed as a deliberate act.
         */
        ArmBody: {
            /** Number */
            number: string;
        };
        /**
         * Ask
         * @description Whose book to compare now; everybody's when nobody is named.
         */
        Ask: {
            /** Account */
            account?: string | null;
        };
        /**
         * AskedAction
         * @description A corporate action that a run was told.
         */
        AskedAction: {
            /** Date */
            date: string;
            /** Dividend */
            dividend: number;
            /** Split */
            split: number;
            /** Symbol */
            symbol: string;
        };
        /**
         * AtStopsView
         * @description The account if every open stop filled, this order's too; `left` is the distance to its nearest floor then.
         *
         *     `unprotected` names what has no stop for its whole quantity: nothing bounds what that could lose.
         */
        AtStopsView: {
            /**
             * Equity
             * Format: decimal
             * @example 98.50
             */
            equity: DecimalText;
            /** Floor */
            floor: string;
            /** Left */
            left: DecimalText | null;
            /**
             * Loss
             * Format: decimal
             * @example 98.50
             */
            loss: DecimalText;
            /** Unprotected */
            unprotected: string[];
        };
        /**
         * Attach
         * @description The rulebook to hold an account to.
         */
        Attach: {
            /** Rulebook */
            rulebook: string;
        };
        /**
         * AuditEntry
         * @description One act that mattered for safety.
         */
        AuditEntry: {
            /** Action */
            action: string;
            /** Actor */
            actor: string;
            /** Address */
            address: string;
            /**
             * At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            at: string;
            /** Detail */
            detail: {
                [key: string]: string;
            };
            /** Outcome */
            outcome: string;
            /** Seq */
            seq: number;
            /** Subject */
            subject: string;
            /** Workspace */
            workspace: string;
        };
        /**
         * AuditPage
         * @description Acts, newest first.
         */
        AuditPage: {
            /** Items */
            items: components["schemas"]["AuditEntry"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * Balance
         * @description Cash in one currency; `value` is in the account's currency, null where no rate is known.
         */
        Balance: {
            /**
             * Amount
             * Format: decimal
             * @example 98.50
             */
            amount: DecimalText;
            /** Currency */
            currency: string;
            /** Rate */
            rate: DecimalText | null;
            /** Value */
            value: DecimalText | null;
        };
        /**
         * Bar
         * @description One interval; `start` is on the market clock.
         */
        Bar: {
            /**
             * Close
             * Format: decimal
             * @example 98.50
             */
            close: DecimalText;
            /**
             * High
             * Format: decimal
             * @example 98.50
             */
            high: DecimalText;
            /**
             * Low
             * Format: decimal
             * @example 98.50
             */
            low: DecimalText;
            /**
             * Open
             * Format: decimal
             * @example 98.50
             */
            open: DecimalText;
            /**
             * Start
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            start: string;
            /**
             * Volume
             * Format: decimal
             * @example 98.50
             */
            volume: DecimalText;
        };
        /**
         * BarPage
         * @description Bars, oldest first.
         */
        BarPage: {
            /** Items */
            items: components["schemas"]["Bar"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * BarSeconds
         * @description The bar lengths there are.
         * @enum {integer}
         */
        BarSeconds: 60 | 300 | 900 | 3600 | 86400;
        /**
         * Basis
         * @description From where a drawdown is measured.
         *
         *     static: the equity at which measuring began. trailing_end_of_day: the highest equity at which a session
         *     opened. trailing_intraday: the highest equity ever seen, unrealized included.
         * @enum {string}
         */
        Basis: "static" | "trailing_end_of_day" | "trailing_intraday";
        /**
         * Standing
         * @description How an account stands to an intent; the last three are at rest without being where they should be.
         * @enum {string}
         */
        bidwell__engine__convergence__Standing: "converged" | "waiting" | "working" | "in_doubt" | "undoing" | "denied" | "ended" | "drifted";
        /**
         * Asked
         * @description What a run was asked to do.
         */
        bidwell__server__backtests__schemas__Asked: {
            /** Actions */
            actions?: components["schemas"]["AskedAction"][] | null;
            /** Adjust */
            adjust?: string | null;
            /**
             * Borrow
             * @default 0
             */
            borrow?: number;
            /** Borrow Of */
            borrow_of?: {
                [key: string]: number;
            };
            /** Calendar */
            calendar?: string | null;
            /** Cash */
            cash: number;
            /**
             * Cash Interest
             * @default 0
             */
            cash_interest?: number;
            /** Class Name */
            class_name: string | null;
            /** Compile */
            compile: string;
            /**
             * Convert
             * @default true
             */
            convert?: boolean;
            /**
             * Currency
             * @default USD
             */
            currency?: string;
            /** Data */
            data: string[];
            /** End */
            end: string | null;
            /** Fee */
            fee: string;
            /** Fee Model */
            fee_model?: {
                [key: string]: unknown;
            } | null;
            /** Fill */
            fill: string;
            /** Grid */
            grid: {
                [key: string]: string[];
            };
            /** Instruments */
            instruments?: {
                [key: string]: string;
            }[];
            /**
             * Interest
             * @default 0
             */
            interest?: number;
            /**
             * Intrabar
             * @default pessimistic
             */
            intrabar?: string;
            /** Leverage */
            leverage: number;
            /** Lot Size */
            lot_size: number;
            /**
             * Maintenance
             * @default 0.25
             */
            maintenance?: number;
            /** Memory */
            memory: number;
            /**
             * Multiplier
             * @default 1
             */
            multiplier?: number;
            /** Parameters */
            parameters: {
                [key: string]: string;
            };
            /** Participation */
            participation: number | null;
            /** Rates */
            rates?: {
                [key: string]: string;
            };
            /** Seed */
            seed: number;
            /** Settlements */
            settlements?: {
                [key: string]: number;
            };
            /** Shorting */
            shorting: boolean;
            /** Slippage */
            slippage: number;
            /** Slippage Model */
            slippage_model?: {
                [key: string]: unknown;
            } | null;
            /** Start */
            start: string | null;
            /**
             * Tick Size
             * @default 0
             */
            tick_size?: number;
            /** Time Limit */
            time_limit: number;
            /** Version */
            version: number;
        };
        /**
         * Asked
         * @description How many accounts are being compared.
         */
        bidwell__server__reconciliation__schemas__Asked: {
            /** Requested */
            requested: number;
        };
        /**
         * Standing
         * @description How an account's book stands to its broker's.
         * @enum {string}
         */
        bidwell__server__reconciliation__schemas__Standing: "agrees" | "differs" | "reading" | "failed" | "disconnected" | "off";
        /**
         * Board
         * @description Every enabled account, NO-GO first.
         */
        Board: {
            /**
             * At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            at: string;
            /** Go */
            go: number;
            /** Items */
            items: components["schemas"]["AccountReadiness"][];
            /** No Go */
            no_go: number;
        };
        /**
         * BreachAction
         * @description What happens when a loss limit is reached, from mild to strict.
         * @enum {string}
         */
        BreachAction: "deny" | "reduce_only" | "flatten_and_lock";
        /**
         * BreakType
         * @description How our state and a broker's can differ.
         * @enum {string}
         */
        BreakType: "order_unknown_here" | "order_unknown_there" | "order_status" | "fill_missing" | "position" | "cash" | "report_incomplete";
        /**
         * BreakView
         * @description One difference between our state and the broker's, and what was done about it.
         */
        BreakView: {
            /**
             * Handling
             * @default
             */
            handling?: string;
            /** Ours */
            ours: string;
            /** Repair */
            repair: string;
            /** Subject */
            subject: string;
            /** Theirs */
            theirs: string;
            /**
             * Title
             * @default
             */
            title?: string;
            /** Type */
            type: string;
        };
        /**
         * BrokerEnvironment
         * @description Where orders can go; `live` moves real money.
         */
        BrokerEnvironment: {
            /** Live */
            live: boolean;
            /** Name */
            name: string;
            /** Title */
            title: string;
        };
        /**
         * BrokerField
         * @description One thing to enter; `where` says where the broker shows it, and where there are `choices` it is one of them.
         */
        BrokerField: {
            /** Choices */
            choices: string[];
            /** Label */
            label: string;
            /** Name */
            name: string;
            /** Optional */
            optional: boolean;
            /** Secret */
            secret: boolean;
            /** Where */
            where: string;
        };
        /**
         * BrokerList
         * @description Every broker that an account can be connected at.
         */
        BrokerList: {
            /** Items */
            items: components["schemas"]["BrokerView"][];
        };
        /**
         * BrokerView
         * @description A broker in the connect wizard; `page` is its page of the documentation, `leverage` its accounts' usual one.
         *
         *     `chains` says whether it tells option chains.
         */
        BrokerView: {
            /** Broker */
            broker: string;
            /** Chains */
            chains: boolean;
            /** Environments */
            environments: components["schemas"]["BrokerEnvironment"][];
            /** Fields */
            fields: components["schemas"]["BrokerField"][];
            /**
             * Leverage
             * Format: decimal
             * @example 98.50
             */
            leverage: DecimalText;
            /** Page */
            page: string;
            /** Steps */
            steps: string[];
            /** Title */
            title: string;
        };
        /**
         * CallerView
         * @description What a caller looks like from here: the answer of the reachability check.
         */
        CallerView: {
            /** Address */
            address: string;
            /** Allowed */
            allowed: boolean;
            /** Forwarded By */
            forwarded_by: string | null;
            /** Host */
            host: string;
            /** Secure */
            secure: boolean;
            /**
             * Sender
             * @example TradingView
             */
            sender: string;
        };
        /**
         * CancelAll
         * @description Whose orders to cancel; everybody's when nothing is named.
         */
        CancelAll: {
            /** Account */
            account?: string | null;
            /** Group */
            group?: string | null;
        };
        /**
         * Candidate
         * @description One of the broker's orders that one in doubt may be; `external` is ours for it where it was adopted as EXTERNAL.
         */
        Candidate: {
            /** Average Price */
            average_price: DecimalText | null;
            /** Broker Order Id */
            broker_order_id: string;
            /** Created At */
            created_at: string | null;
            /** External */
            external: string | null;
            /**
             * Filled Quantity
             * Format: decimal
             * @example 98.50
             */
            filled_quantity: DecimalText;
            /**
             * Quantity
             * Format: decimal
             * @example 98.50
             */
            quantity: DecimalText;
            /** Reason */
            reason: string;
            side: components["schemas"]["Side"];
            status: components["schemas"]["OrderStatus"];
            terms: components["schemas"]["TermsView"];
        };
        /**
         * CandidateList
         * @description An order in doubt with what it may be, oldest first.
         */
        CandidateList: {
            /** Items */
            items: components["schemas"]["Candidate"][];
            order: components["schemas"]["Order"];
        };
        /**
         * CatalogEntry
         * @description One limit there is: what it is called, its kind and unit (empty: the account's currency), and its rule.
         */
        CatalogEntry: {
            kind: components["schemas"]["Kind"];
            /** Label */
            label: string;
            /** Name */
            name: string;
            /** Rule */
            rule: string;
            /** Section */
            section: string;
            /** Unit */
            unit: string;
        };
        /**
         * ChainOptionView
         * @description An option; `pick` is what `POST …/instruments` takes, and a price is null where there is none or none was told.
         */
        ChainOptionView: {
            /** Ask */
            ask: DecimalText | null;
            /** Bid */
            bid: DecimalText | null;
            /**
             * Id
             * @example NIFTY261229C26000.XNSE
             */
            id: string;
            /** Last */
            last: DecimalText | null;
            /** Listed */
            listed: boolean;
            /**
             * Pick
             * @example NIFTY261229C26000.XNSE
             */
            pick: string;
            /**
             * Symbol
             * @example NIFTY261229C26000
             */
            symbol: string;
        };
        /**
         * ChainRowView
         * @description The call and the put of one strike, either of which may be missing.
         */
        ChainRowView: {
            call: components["schemas"]["ChainOptionView"] | null;
            put: components["schemas"]["ChainOptionView"] | null;
            /**
             * Strike
             * Format: decimal
             * @example 98.50
             */
            strike: DecimalText;
        };
        /**
         * ChainView
         * @description The strikes of one expiry nearest to the money, lowest first, of `strikes` that there are.
         *
         *     Prices are in `currency`; `last` is the underlying's, null where it is not known, and `at_the_money` the strike nearest
         *     to it. `reason` says why prices are missing. `lot_size` and `multiplier` are those of the contracts.
         */
        ChainView: {
            /** At The Money */
            at_the_money: DecimalText | null;
            /**
             * Currency
             * @example INR
             */
            currency: string;
            /**
             * Expiry
             * Format: date
             */
            expiry: string;
            /** Last */
            last: DecimalText | null;
            /**
             * Lot Size
             * Format: decimal
             * @example 98.50
             */
            lot_size: DecimalText;
            /**
             * Multiplier
             * Format: decimal
             * @example 98.50
             */
            multiplier: DecimalText;
            /**
             * Read At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            read_at: string;
            /** Reason */
            reason: string;
            /** Rows */
            rows: components["schemas"]["ChainRowView"][];
            /** Strikes */
            strikes: number;
            /**
             * Tick Size
             * Format: decimal
             * @example 98.50
             */
            tick_size: DecimalText;
            /**
             * Underlying
             * @example NIFTY.XNSE
             */
            underlying: string;
        };
        /**
         * Check
         * @description One rule's answer with its numbers, exact decimal texts in `unit`.
         */
        Check: {
            /**
             * Current
             * @default
             */
            current?: string;
            /**
             * Limit
             * @default
             */
            limit?: string;
            /**
             * Message
             * @default
             */
            message?: string;
            /** Passed */
            passed: boolean;
            /** Rule */
            rule: string;
            /**
             * Unit
             * @default
             */
            unit?: string;
            /**
             * Would Pass
             * @default
             */
            would_pass?: string;
        };
        /**
         * Compared
         * @description One run of a comparison.
         */
        Compared: {
            /** At */
            at: number[];
            /** Figures */
            figures: components["schemas"]["FigureView"][];
            run: components["schemas"]["Run"];
            /**
             * Value
             * @description equity per starting equity, less one
             */
            value: (number | null)[];
        };
        /**
         * Comparison
         * @description Runs beside each other.
         */
        Comparison: {
            /** Items */
            items: components["schemas"]["Compared"][];
        };
        /**
         * Compiling
         * @description Whether a strategy is compiled.
         * @enum {string}
         */
        Compiling: "auto" | "always" | "never";
        /**
         * Component
         * @description One part that the desk needs.
         */
        Component: {
            /** Detail */
            detail: string;
            /** Ok */
            ok: boolean;
        };
        /**
         * ConfirmDead
         * @description How one knows that the broker never got an order.
         */
        ConfirmDead: {
            /**
             * Reason
             * @description why, in the journal for ever
             * @example seen at the broker
             */
            reason: string;
        };
        /**
         * ConnectBody
         * @description An account to connect under a name; `fractional` ones trade down to a millionth of a unit.
         *
         *     Without a `leverage` it has its broker's usual one.
         */
        ConnectBody: {
            /** Environment */
            environment: string;
            /** Fields */
            fields: {
                [key: string]: string;
            };
            /**
             * Fractional
             * @default false
             */
            fractional?: boolean;
            /** Leverage */
            leverage?: DecimalText | null;
            /** Name */
            name: string;
            /** Proxy */
            proxy?: string | null;
            /**
             * Twin
             * @default
             */
            twin?: string;
        };
        /**
         * ConnectionView
         * @description An account's connection; `data_age` is in seconds, `clock_skew` the broker's clock less ours in seconds.
         */
        ConnectionView: {
            /** Armed */
            armed: boolean;
            /** Broker */
            broker: string;
            /** Clock Skew */
            clock_skew: DecimalText | null;
            /** Data Age */
            data_age: DecimalText | null;
            /** Environment */
            environment: string;
            /** Hint */
            hint: string;
            life: components["schemas"]["SessionLife"];
            /** Login Url */
            login_url: string;
            /** Number */
            number: string;
            /** Reason */
            reason: string;
            /** Requests Left */
            requests_left: number | null;
            /** Requests Limit */
            requests_limit: number | null;
            /** Troubles */
            troubles: components["schemas"]["TroubleView"][];
            /** Until */
            until: string | null;
        };
        /**
         * ContractBody
         * @description What a symbol of the data is; without one it is a share in the account's currency.
         *
         *     Futures take `underlying`, `expiry` and `initial_margin`; options `underlying` (an id with bars of its own),
         *     `expiry`, `strike`, `right`, `cash_settled` and `european`; crypto and forex `base`.
         */
        ContractBody: {
            /** Base */
            base?: string | null;
            /**
             * Cash Settled
             * @default false
             */
            cash_settled?: boolean;
            /**
             * Currency
             * @default USD
             */
            currency?: string;
            /**
             * European
             * @default false
             */
            european?: boolean;
            /** Expiry */
            expiry?: string | null;
            /**
             * Id
             * @example ESZ6.XCME
             */
            id: string;
            /** Initial Margin */
            initial_margin?: DecimalText | null;
            /**
             * Lot Size
             * Format: decimal
             * @default 1
             * @example 98.50
             */
            lot_size?: DecimalText;
            /**
             * Multiplier
             * Format: decimal
             * @default 1
             * @example 98.50
             */
            multiplier?: DecimalText;
            right?: components["schemas"]["RightName"] | null;
            /** Strike */
            strike?: DecimalText | null;
            /**
             * Tick Size
             * Format: decimal
             * @default 0.01
             * @example 98.50
             */
            tick_size?: DecimalText;
            type: components["schemas"]["ContractType"];
            /** Underlying */
            underlying?: string | null;
        };
        /**
         * ContractLimit
         * @description The largest sum of contracts, each counted with the weight of its underlying; `other` null: nothing else.
         */
        ContractLimit: {
            /**
             * Limit
             * Format: decimal
             * @example 98.50
             */
            limit: DecimalText;
            /** Other */
            other?: DecimalText | null;
            /** Weights */
            weights?: {
                [key: string]: DecimalText;
            };
        };
        /**
         * ContractType
         * @description What an instrument of a run is.
         * @enum {string}
         */
        ContractType: "equity" | "index" | "crypto" | "forex" | "future" | "option";
        /**
         * Convergence
         * @description Target against actual: `converged` of `accounts` are where they should be, `orphans` orders lost their purpose.
         */
        Convergence: {
            /** Accounts */
            accounts: number;
            /** Converged */
            converged: number;
            /** Orphans */
            orphans: number;
            /** Parts */
            parts: components["schemas"]["ConvergencePart"][];
            /** Repairing */
            repairing: boolean;
            /** Until */
            until: string | null;
        };
        /**
         * ConvergencePart
         * @description One account's part of a wish: signed target and actual, and why they differ; `tries` counts repairs.
         */
        ConvergencePart: {
            /** Account */
            account: string;
            /** Account Name */
            account_name: string;
            /**
             * Actual
             * Format: decimal
             * @example 98.50
             */
            actual: DecimalText;
            /** Instrument */
            instrument: string;
            /** Reason */
            reason: string;
            standing: components["schemas"]["bidwell__engine__convergence__Standing"];
            /** Symbol */
            symbol: string;
            /**
             * Target
             * Format: decimal
             * @example 98.50
             */
            target: DecimalText;
            /** Tries */
            tries: number;
        };
        /**
         * CostView
         * @description Money that was paid.
         */
        CostView: {
            /** Amount */
            amount: number;
            /** Name */
            name: string;
        };
        /**
         * CredentialBody
         * @description What a person entered; `twin` is the address of a stand-in on this machine, `proxy` this account's way out.
         */
        CredentialBody: {
            /** Environment */
            environment: string;
            /** Fields */
            fields: {
                [key: string]: string;
            };
            /** Proxy */
            proxy?: string | null;
            /**
             * Twin
             * @default
             */
            twin?: string;
        };
        /**
         * DeskClock
         * @description The desk's wall clock.
         */
        DeskClock: {
            /**
             * Now
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            now: string;
        };
        /**
         * DetailView
         * @description What a reader should know about the run.
         */
        DetailView: {
            /** Name */
            name: string;
            /** Value */
            value: string;
        };
        /**
         * Difference
         * @description One difference in words, with both sides' values and what was done about it.
         */
        Difference: {
            handling: components["schemas"]["Handling"];
            /** Handling Label */
            handling_label: string;
            /** Ours */
            ours: string;
            /**
             * Repair
             * @example booked as a correction
             */
            repair: string;
            /** Subject */
            subject: string;
            /** Theirs */
            theirs: string;
            /**
             * Title
             * @example The position differs
             */
            title: string;
            type: components["schemas"]["BreakType"];
        };
        /**
         * Direction
         * @description Which end of the journal comes first.
         * @enum {string}
         */
        Direction: "asc" | "desc";
        /**
         * DistributionView
         * @description How often returns fell between two edges; `outside` is how many lie beyond the first and last.
         */
        DistributionView: {
            /** Counts */
            counts: number[];
            /** Edges */
            edges: number[];
            /** Outside */
            outside: number;
        };
        /**
         * Drawdown
         * @description How far equity may fall below a basis; the floor rises with it, but never above `lock`.
         */
        Drawdown: {
            /**
             * Amount
             * Format: decimal
             * @example 98.50
             */
            amount: DecimalText;
            basis: components["schemas"]["Basis"];
            /** Lock */
            lock?: DecimalText | null;
        };
        /**
         * DrawdownView
         * @description One of the deepest drawdowns; `to` is null while it has not recovered.
         */
        DrawdownView: {
            /** Begun */
            begun: number;
            /** Depth */
            depth: number;
            /** Periods */
            periods: number;
            /** To */
            to: number | null;
        };
        /**
         * DryRun
         * @description An order that is only asked about, under the limits that hold or under others.
         */
        DryRun: {
            intent: components["schemas"]["IntentRequest"];
            trial?: components["schemas"]["LimitsTrial"] | null;
        };
        /**
         * EdgeAnswer
         * @description Part of wins, payoff ratio, expectancy of a result with its standard error, and Kelly's fraction of capital.
         *
         *     Money is in `currency`, which is empty where the results have none of their own. Without a result nothing is known.
         */
        EdgeAnswer: {
            /** Count */
            count: number;
            /** Currency */
            currency: string;
            /** Error */
            error?: DecimalText | null;
            /** Expectancy */
            expectancy?: DecimalText | null;
            /** Kelly */
            kelly?: DecimalText | null;
            /** Payoff */
            payoff?: DecimalText | null;
            /** Wins */
            wins?: DecimalText | null;
        };
        /**
         * EdgeRequest
         * @description Results of past trades: written down (in money or in R), an account's closed round trips, or a backtest's.
         *
         *     `strategy` leaves only that strategy's share of the account.
         */
        EdgeRequest: {
            /** Account */
            account?: string | null;
            /** Results */
            results?: DecimalText[] | null;
            /** Run */
            run?: string | null;
            /** Strategy */
            strategy?: string | null;
        };
        /**
         * EffectiveLimit
         * @description The limit in force for one field, and the scope that sets it.
         */
        EffectiveLimit: {
            /** Field */
            field: string;
            /** Origin */
            origin: string;
            /** Value */
            value: string;
        };
        /**
         * Emulated
         * @description A part of an order that the desk does because the broker does not; `stop` where a loss is bounded by it.
         */
        Emulated: {
            part: components["schemas"]["Part"];
            /** Stop */
            stop: boolean;
            /** Text */
            text: string;
        };
        /**
         * EquityView
         * @description Equity, drawdown (a fraction, zero or less) and benchmark at the same instants.
         */
        EquityView: {
            /** At */
            at: number[];
            /** Benchmark */
            benchmark: (number | null)[] | null;
            /** Drawdown */
            drawdown: (number | null)[];
            /** Value */
            value: (number | null)[];
        };
        /**
         * ExpiriesView
         * @description When options of an underlying expire, the nearest first; none where the broker lists none.
         */
        ExpiriesView: {
            /**
             * Items
             * @example [
             *       "2026-12-29",
             *       "2027-01-28"
             *     ]
             */
            items: string[];
            /**
             * Underlying
             * @example NIFTY.XNSE
             */
            underlying: string;
        };
        /**
         * FeedView
         * @description Where prices come from and how old they are; `market_time` is the market clock.
         */
        FeedView: {
            /** Connected */
            connected: boolean;
            /** Data Age S */
            data_age_s: DecimalText | null;
            /** Label */
            label: string;
            /** Market Time */
            market_time: string | null;
            /** Name */
            name: string;
            /** Speed */
            speed: DecimalText | null;
            /**
             * State
             * @description ok, stale or disconnected
             * @example ok
             */
            state: string;
        };
        /**
         * FeeTier
         * @description Maker and taker fee in percent from a notional of thirty days on.
         */
        FeeTier: {
            /**
             * Maker
             * Format: decimal
             * @example 98.50
             */
            maker: DecimalText;
            /**
             * Taker
             * Format: decimal
             * @example 98.50
             */
            taker: DecimalText;
            /**
             * Volume
             * Format: decimal
             * @example 98.50
             */
            volume: DecimalText;
        };
        /**
         * FigureView
         * @description A figure; `unit` is fraction, number or count, null is what is not defined.
         */
        FigureView: {
            /** Benchmark */
            benchmark: number | null;
            /** Group */
            group: string;
            /** Label */
            label: string;
            /** Name */
            name: string;
            /** Unit */
            unit: string;
            /** Value */
            value: number | null;
        };
        /**
         * Fill
         * @description One execution; `occurred_at` is the venue's market clock.
         */
        Fill: {
            /** Account */
            account: string;
            /** Account Name */
            account_name: string;
            /** Client Order Id */
            client_order_id: string;
            /** Execution Id */
            execution_id: string;
            /**
             * Fee
             * Format: decimal
             * @example 98.50
             */
            fee: DecimalText;
            /** Fee Currency */
            fee_currency: string;
            /** Instrument */
            instrument: string;
            /** Intent */
            intent: string | null;
            /**
             * Occurred At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            occurred_at: string;
            /**
             * Price
             * Format: decimal
             * @example 98.50
             */
            price: DecimalText;
            /**
             * Quantity
             * Format: decimal
             * @example 98.50
             */
            quantity: DecimalText;
            /**
             * Received At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            received_at: string;
            side: components["schemas"]["Side"];
            /** Strategy */
            strategy: string | null;
            /** Symbol */
            symbol: string;
        };
        /**
         * FillAt
         * @description When a market order fills.
         * @enum {string}
         */
        FillAt: "next_open" | "close" | "quote";
        /**
         * FillPage
         * @description Executions, newest first.
         */
        FillPage: {
            /** Items */
            items: components["schemas"]["Fill"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * FindingView
         * @description One thing that is wrong, lines and columns count from 1.
         */
        FindingView: {
            /**
             * Code
             * @example strategy.syntax
             */
            code: string;
            /** Column */
            column: number;
            /** End Column */
            end_column: number;
            /** Hint */
            hint: string | null;
            /** Line */
            line: number;
            /** Message */
            message: string;
            /**
             * Severity
             * @description an error keeps the file from running, a warning does not
             * @example error
             */
            severity: string;
        };
        /**
         * Follower
         * @description One follower in one of the leader's instruments; quantities are signed and in its own instrument.
         */
        Follower: {
            /** Account */
            account: string;
            /** Account Name */
            account_name: string;
            /**
             * Actual
             * Format: decimal
             * @example 98.50
             */
            actual: DecimalText;
            /**
             * Drift
             * Format: decimal
             * @example 98.50
             */
            drift: DecimalText;
            following: components["schemas"]["Following"];
            /** Instrument */
            instrument: string;
            /** Leader Instrument */
            leader_instrument: string;
            /**
             * Leader Position
             * Format: decimal
             * @example 98.50
             */
            leader_position: DecimalText;
            /** Leader Symbol */
            leader_symbol: string;
            /** Reason */
            reason: string;
            /** Symbol */
            symbol: string;
            /**
             * Target
             * Format: decimal
             * @example 98.50
             */
            target: DecimalText;
        };
        /**
         * Following
         * @description How a follower stands to its part of the leader's position.
         * @enum {string}
         */
        Following: "in_line" | "copying" | "behind" | "ahead" | "unlisted";
        /**
         * FoundView
         * @description A row of the broker's list; `kind` is a contract's type, of an option its right, and `pick` is what lists it.
         */
        FoundView: {
            /** Expiry */
            expiry: string | null;
            /** Id */
            id: string;
            /** Kind */
            kind: string;
            /** Listed */
            listed: boolean;
            /** Name */
            name: string;
            /** Pick */
            pick: string;
            /** Strike */
            strike: string;
            /** Symbol */
            symbol: string;
            /** Underlying */
            underlying: string;
        };
        /**
         * Funded
         * @description An account under a rulebook; money is the plan's own, deposits left out.
         */
        Funded: {
            /** Account */
            account: string;
            /**
             * Attached At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            attached_at: string;
            /**
             * Balance
             * Format: decimal
             * @example 98.50
             */
            balance: DecimalText;
            /**
             * Best Day
             * Format: decimal
             * @example 98.50
             */
            best_day: DecimalText;
            /** Contracts Allowed */
            contracts_allowed: DecimalText | null;
            /**
             * Day
             * Format: date
             */
            day: string;
            /** Day Distance */
            day_distance: DecimalText | null;
            /**
             * Day Ends At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            day_ends_at: string;
            /** Day Floor */
            day_floor: DecimalText | null;
            /** Day Pnl */
            day_pnl: DecimalText | null;
            /** Days */
            days: number;
            /** Distance */
            distance: DecimalText | null;
            /** Equity */
            equity: DecimalText | null;
            /** Fault */
            fault: string;
            /** Flat At */
            flat_at: string | null;
            /**
             * Floor
             * Format: decimal
             * @example 98.50
             */
            floor: DecimalText;
            /** Locked */
            locked: string;
            /** Missing */
            missing: string[];
            /** Name */
            name: string;
            /**
             * Payable
             * Format: decimal
             * @example 98.50
             */
            payable: DecimalText;
            /** Payable Missing */
            payable_missing: string[];
            /**
             * Profit
             * Format: decimal
             * @example 98.50
             */
            profit: DecimalText;
            /** Reason */
            reason: string;
            rulebook: components["schemas"]["RulebookView"];
            stage: components["schemas"]["Stage"];
            /** Target Left */
            target_left: DecimalText | null;
            /** Winning Days */
            winning_days: number;
        };
        /**
         * FundedDay
         * @description A trading day that closed.
         */
        FundedDay: {
            /**
             * Balance
             * Format: decimal
             * @example 98.50
             */
            balance: DecimalText;
            /**
             * Day
             * Format: date
             */
            day: string;
            /**
             * Floor
             * Format: decimal
             * @example 98.50
             */
            floor: DecimalText;
            /**
             * Profit
             * Format: decimal
             * @example 98.50
             */
            profit: DecimalText;
            /** Traded */
            traded: boolean;
        };
        /**
         * FundedDetail
         * @description An account under a rulebook in full: its days, stages, and the last hours' path.
         */
        FundedDetail: {
            /** Account */
            account: string;
            /**
             * Attached At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            attached_at: string;
            /**
             * Balance
             * Format: decimal
             * @example 98.50
             */
            balance: DecimalText;
            /**
             * Best Day
             * Format: decimal
             * @example 98.50
             */
            best_day: DecimalText;
            /** Closed Days */
            closed_days: components["schemas"]["FundedDay"][];
            /** Contracts Allowed */
            contracts_allowed: DecimalText | null;
            /**
             * Day
             * Format: date
             */
            day: string;
            /** Day Distance */
            day_distance: DecimalText | null;
            /**
             * Day Ends At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            day_ends_at: string;
            /** Day Floor */
            day_floor: DecimalText | null;
            /** Day Pnl */
            day_pnl: DecimalText | null;
            /** Days */
            days: number;
            /** Distance */
            distance: DecimalText | null;
            /** Equity */
            equity: DecimalText | null;
            /** Fault */
            fault: string;
            /** Flat At */
            flat_at: string | null;
            /**
             * Floor
             * Format: decimal
             * @example 98.50
             */
            floor: DecimalText;
            /** Locked */
            locked: string;
            /** Missing */
            missing: string[];
            /** Name */
            name: string;
            /** Path */
            path: components["schemas"]["FundedPoint"][];
            /**
             * Payable
             * Format: decimal
             * @example 98.50
             */
            payable: DecimalText;
            /** Payable Missing */
            payable_missing: string[];
            /**
             * Profit
             * Format: decimal
             * @example 98.50
             */
            profit: DecimalText;
            /** Reason */
            reason: string;
            rulebook: components["schemas"]["RulebookView"];
            stage: components["schemas"]["Stage"];
            /** Stages */
            stages: components["schemas"]["FundedStage"][];
            /** Target Left */
            target_left: DecimalText | null;
            /** Winning Days */
            winning_days: number;
        };
        /**
         * FundedList
         * @description Every account that is held to a rulebook.
         */
        FundedList: {
            /** Items */
            items: components["schemas"]["Funded"][];
        };
        /**
         * FundedPoint
         * @description Equity at a moment of the market, beside the floor.
         */
        FundedPoint: {
            /**
             * At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            at: string;
            /**
             * Equity
             * Format: decimal
             * @example 98.50
             */
            equity: DecimalText;
            /** Floor */
            floor: DecimalText | null;
        };
        /**
         * FundedStage
         * @description A stage that was reached.
         */
        FundedStage: {
            /** Actor */
            actor: string;
            /**
             * At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            at: string;
            /** Reason */
            reason: string;
            stage: components["schemas"]["Stage"];
        };
        /**
         * GreeksView
         * @description Greeks of the options that are held, their sums without the `unknown` ones; `rate` is the yearly rate assumed.
         */
        GreeksView: {
            /** Currency */
            currency: string;
            /**
             * Delta Money
             * Format: decimal
             * @example 98.50
             */
            delta_money: DecimalText;
            /**
             * Gamma Money
             * Format: decimal
             * @example 98.50
             */
            gamma_money: DecimalText;
            /** Positions */
            positions: components["schemas"]["OptionRisk"][];
            /**
             * Rate
             * Format: decimal
             * @example 98.50
             */
            rate: DecimalText;
            /**
             * Rho
             * Format: decimal
             * @example 98.50
             */
            rho: DecimalText;
            /**
             * Theta
             * Format: decimal
             * @example 98.50
             */
            theta: DecimalText;
            /** Unknown */
            unknown: number;
            /**
             * Vega
             * Format: decimal
             * @example 98.50
             */
            vega: DecimalText;
        };
        /**
         * Group
         * @description One intent, many accounts.
         */
        Group: {
            /** Id */
            id: string;
            /** Lag Seconds */
            lag_seconds: number;
            /** Leader */
            leader: string | null;
            /** Leader Name */
            leader_name: string;
            /** Members */
            members: components["schemas"]["MemberView"][];
            /** Name */
            name: string;
            on_failure: components["schemas"]["OnFailure"];
            policy: components["schemas"]["Policy"];
            /** Repair Seconds */
            repair_seconds: number;
        };
        /**
         * GroupBody
         * @description An execution group as a whole.
         */
        GroupBody: {
            /**
             * Lag Seconds
             * @default 5
             */
            lag_seconds?: number;
            /** Leader */
            leader?: string | null;
            /** Members */
            members: components["schemas"]["MemberBody"][];
            /** Name */
            name: string;
            /** @default continue */
            on_failure?: components["schemas"]["OnFailure"];
            policy: components["schemas"]["Policy"];
            /**
             * Repair Seconds
             * @default 30
             */
            repair_seconds?: number;
        };
        /**
         * GroupDraft
         * @description A group that need not exist yet.
         */
        GroupDraft: {
            /**
             * Lag Seconds
             * @default 5
             */
            lag_seconds?: number;
            /** Leader */
            leader?: string | null;
            /** Members */
            members: components["schemas"]["MemberBody"][];
            /**
             * Name
             * @default preview
             */
            name?: string;
            /** @default continue */
            on_failure?: components["schemas"]["OnFailure"];
            policy: components["schemas"]["Policy"];
            /**
             * Repair Seconds
             * @default 30
             */
            repair_seconds?: number;
        };
        /**
         * GroupPage
         * @description The workspace's groups.
         */
        GroupPage: {
            /** Items */
            items: components["schemas"]["Group"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * GroupPreview
         * @description What a wish would become under a group that need not exist yet; the wish names no receiver.
         */
        GroupPreview: {
            group: components["schemas"]["GroupDraft"];
            intent: components["schemas"]["IntentRequest"];
        };
        /**
         * GroupStanding
         * @description A group at a glance: its last wish with each account's standing, what is unfinished, and who drifts.
         */
        GroupStanding: {
            convergence: components["schemas"]["Convergence"] | null;
            /** Drifted */
            drifted: number;
            /** Followers */
            followers: components["schemas"]["Follower"][];
            /** Group */
            group: string;
            /** Last At */
            last_at: string | null;
            /** Last Intent */
            last_intent: string | null;
            /** Unfinished */
            unfinished: number;
        };
        /**
         * GroupStandings
         * @description Every group at a glance.
         */
        GroupStandings: {
            /** Items */
            items: components["schemas"]["GroupStanding"][];
        };
        /**
         * GuardianAction
         * @description When, why and for whom the guardian flattened; `locally` without the database, `flat_at` once nothing was left.
         */
        GuardianAction: {
            /** Accounts */
            accounts: string[];
            /**
             * At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            at: string;
            /**
             * Cause
             * @description silent, unable, breach or data
             * @example silent
             */
            cause: string;
            /** Failure */
            failure: string;
            /** Flat At */
            flat_at: string | null;
            /** Locally */
            locally: boolean;
            /** Reason */
            reason: string;
        };
        /**
         * GuardianView
         * @description How the guardian is: `ok` when it watches, `said` in a sentence.
         *
         *     `worry_s` is for how long the desk was not known to be well, `mute_s` for how long no price came while a market of
         *     what is held is open; it acts after `after_s` and, where that is set, after `data_age_s`.
         */
        GuardianView: {
            /** Adopting */
            adopting: number;
            /**
             * After S
             * Format: decimal
             * @example 98.50
             */
            after_s: DecimalText;
            /** Breached */
            breached: string[];
            /** Data Age S */
            data_age_s: DecimalText | null;
            /** Enabled */
            enabled: boolean;
            /** Exposed */
            exposed: string[];
            last: components["schemas"]["GuardianAction"] | null;
            /** Looked At */
            looked_at: string | null;
            /** Mute S */
            mute_s: number;
            /** Ok */
            ok: boolean;
            /** Said */
            said: string;
            /**
             * Stage
             * @description watching, acting, handing_over or off
             * @example watching
             */
            stage: string;
            /** Worry S */
            worry_s: number;
        };
        /**
         * Halt
         * @description Stop what adds risk in a scope.
         */
        Halt: {
            /**
             * Cancel Working
             * @default true
             */
            cancel_working?: boolean;
            /**
             * Reason
             * @default
             */
            reason?: string;
            scope: components["schemas"]["ScopeBody"];
            /**
             * State
             * @default halted
             * @enum {string}
             */
            state?: "halted" | "reduce_only";
        };
        /**
         * HaltReceipt
         * @description The scope's state is durable; `canceled` requests are on their way.
         */
        HaltReceipt: {
            /** Canceled */
            canceled: number;
            /** Reason */
            reason: string;
            scope: components["schemas"]["ScopeView"];
            state: components["schemas"]["TradingState"];
        };
        /**
         * Handling
         * @description What became of a difference; `unsaid` in journals from before it was written down.
         * @enum {string}
         */
        Handling: "" | "adopted" | "repaired" | "waiting" | "person" | "noted";
        /**
         * Hours
         * @description Entries may leave inside any of the windows.
         */
        Hours: {
            /** Windows */
            windows: components["schemas"]["Window"][];
        };
        /**
         * Identify
         * @description Which of the broker's orders one in doubt is, and how one knows.
         */
        Identify: {
            /** Broker Order Id */
            broker_order_id: string;
            /**
             * Reason
             * @description why, in the journal for ever
             * @example seen at the broker
             */
            reason: string;
        };
        /**
         * Instrument
         * @description One tradable thing; `label` must be shown beside its prices where they are not a market's own.
         */
        Instrument: {
            /** Calendar */
            calendar: string;
            /** Currency */
            currency: string;
            /** Id */
            id: string;
            /** Label */
            label: string;
            /**
             * Lot Size
             * Format: decimal
             * @example 98.50
             */
            lot_size: DecimalText;
            /**
             * Multiplier
             * Format: decimal
             * @example 98.50
             */
            multiplier: DecimalText;
            /** Name */
            name: string;
            /** Symbol */
            symbol: string;
            /**
             * Tick Size
             * Format: decimal
             * @example 98.50
             */
            tick_size: DecimalText;
            /** Tradable */
            tradable: boolean;
            /** Type */
            type: string;
            /** Venue */
            venue: string;
        };
        /**
         * InstrumentPage
         * @description Instruments that match.
         */
        InstrumentPage: {
            /** Items */
            items: components["schemas"]["Instrument"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * IntentDetail
         * @description One wish with its waterfall.
         */
        IntentDetail: {
            /** Account */
            account: string | null;
            /** Accounts */
            accounts: number;
            /** Actor */
            actor: string;
            /** Allocations */
            allocations: components["schemas"]["AllocationView"][];
            /** Children */
            children: number;
            /** Converged */
            converged: number;
            convergence: components["schemas"]["Convergence"];
            /** Denied */
            denied: number;
            /** Filled */
            filled: number;
            /** Group */
            group: string | null;
            /** Id */
            id: string;
            /** In Doubt */
            in_doubt: number;
            /** Instrument */
            instrument: string;
            /** Note */
            note: string;
            /**
             * Orders
             * @description children: one or more per account (entry and attached exits)
             */
            orders: components["schemas"]["OrderDetail"][];
            /** Policy */
            policy: string;
            /**
             * Received At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            received_at: string;
            /** Receiver Name */
            receiver_name: string;
            /** Reference */
            reference: DecimalText | null;
            /** Replay Of */
            replay_of: string;
            side: components["schemas"]["Side"] | null;
            sizing: components["schemas"]["SizingView"];
            source: components["schemas"]["Source"];
            /** Stages */
            stages: components["schemas"]["StageView"][];
            /**
             * Status
             * @example converged
             */
            status: string;
            /** Strategy */
            strategy: string | null;
            /** Symbol */
            symbol: string;
            terms: components["schemas"]["TermsView"];
            /** Total Ms */
            total_ms: DecimalText | null;
            /**
             * Valid Until
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            valid_until: string;
            /** Working */
            working: number;
        };
        /**
         * IntentExport
         * @description One intent as a bundle: what the screen shows, and every event of it and of its orders, in order.
         */
        IntentExport: {
            /** Events */
            events: components["schemas"]["JournalEntry"][];
            /** Exported At */
            exported_at: string;
            /**
             * Format
             * @default bidwell.intent/1
             */
            format?: string;
            intent: components["schemas"]["IntentDetail"];
            /** Workspace */
            workspace: string;
        };
        /**
         * IntentPage
         * @description Wishes, newest first.
         */
        IntentPage: {
            /** Items */
            items: components["schemas"]["IntentSummary"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * IntentReceipt
         * @description The intent is durable; `duplicate` when the same request was here before.
         */
        IntentReceipt: {
            /** Duplicate */
            duplicate: boolean;
            /** Id */
            id: string;
            /**
             * Received At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            received_at: string;
            /** Url */
            url: string;
        };
        /**
         * IntentRequest
         * @description A wish for one account or one group.
         */
        IntentRequest: {
            /** Account */
            account?: string | null;
            /**
             * Close All
             * @default false
             */
            close_all?: boolean;
            /** Group */
            group?: string | null;
            /**
             * Instrument
             * @example AAPL.XNAS
             */
            instrument: string;
            /**
             * Note
             * @default
             */
            note?: string;
            protection?: components["schemas"]["ProtectionBody"] | null;
            /**
             * Protects
             * @description attach `protection` to what is held, sized by close, and sell nothing now
             * @default false
             */
            protects?: boolean;
            side?: components["schemas"]["Side"] | null;
            /**
             * @example {
             *       "by": "quantity",
             *       "value": "10"
             *     }
             */
            sizing: components["schemas"]["SizingBody"];
            /** Strategy */
            strategy?: string | null;
            terms?: components["schemas"]["TermsBody"];
            /** Valid Seconds */
            valid_seconds?: number | null;
        };
        /**
         * IntentSummary
         * @description One wish; `status` is received, working, converged, partly, denied or undone.
         *
         *     `converged` of `accounts` are where the wish wanted them.
         */
        IntentSummary: {
            /** Account */
            account: string | null;
            /** Accounts */
            accounts: number;
            /** Actor */
            actor: string;
            /** Children */
            children: number;
            /** Converged */
            converged: number;
            /** Denied */
            denied: number;
            /** Filled */
            filled: number;
            /** Group */
            group: string | null;
            /** Id */
            id: string;
            /** In Doubt */
            in_doubt: number;
            /** Instrument */
            instrument: string;
            /** Note */
            note: string;
            /**
             * Received At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            received_at: string;
            /** Receiver Name */
            receiver_name: string;
            /** Replay Of */
            replay_of: string;
            side: components["schemas"]["Side"] | null;
            sizing: components["schemas"]["SizingView"];
            source: components["schemas"]["Source"];
            /**
             * Status
             * @example converged
             */
            status: string;
            /** Strategy */
            strategy: string | null;
            /** Symbol */
            symbol: string;
            terms: components["schemas"]["TermsView"];
            /**
             * Valid Until
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            valid_until: string;
            /** Working */
            working: number;
        };
        /**
         * Intrabar
         * @description Which comes first where a bar touches both stop and target.
         * @enum {string}
         */
        Intrabar: "pessimistic" | "optimistic";
        /**
         * IssuedApiKey
         * @description A new key; `key` is shown this once.
         */
        IssuedApiKey: {
            /** Addresses */
            addresses?: string[];
            /**
             * Created At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            created_at: string;
            /** Expires At */
            expires_at?: string | null;
            /** Id */
            id: string;
            /**
             * Key
             * @example bdw_9f3c…
             */
            key: string;
            /** Last Used At */
            last_used_at?: string | null;
            /** Name */
            name: string;
            /** Prefix */
            prefix: string;
            /** Scopes */
            scopes: components["schemas"]["KeyScope"][];
            /** Workspace */
            workspace: string;
        };
        /**
         * IssuedStrategy
         * @description A new sender with its token, shown this once.
         */
        IssuedStrategy: {
            /** Account */
            account: string | null;
            /** Curl */
            curl: string;
            /** Enabled */
            enabled: boolean;
            /** Group */
            group: string | null;
            /** Id */
            id: string;
            /** Instruments */
            instruments: string[];
            /** Name */
            name: string;
            /** Receiver Name */
            receiver_name: string;
            /**
             * Secret
             * @description the key with which a generic sender signs its signals
             */
            secret: string;
            /** Signal Url */
            signal_url: string;
            /** Templates */
            templates: components["schemas"]["Template"][];
            /**
             * Token
             * @example bwt_7W2K…
             */
            token: string;
            /**
             * Token Hint
             * @description the token's last characters; the token itself is not kept
             */
            token_hint: string;
            /** Url */
            url: string;
            /** Valid Seconds */
            valid_seconds: number;
        };
        /**
         * IssuedToken
         * @description A new token, shown this once, with a line that tries it.
         */
        IssuedToken: {
            /** Curl */
            curl: string;
            /**
             * Secret
             * @description the key with which a generic sender signs its signals
             */
            secret: string;
            /** Signal Url */
            signal_url: string;
            /**
             * Token
             * @example bwt_7W2K…
             */
            token: string;
            /** Url */
            url: string;
        };
        /**
         * JournalEntry
         * @description One event; `hash` chains it to the one before.
         */
        JournalEntry: {
            /** Body */
            body: {
                [key: string]: unknown;
            };
            /** Hash */
            hash?: string | null;
            /** Intent */
            intent: string | null;
            /** Kind */
            kind: string;
            /**
             * Occurred At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            occurred_at: string;
            /** Seq */
            seq: number;
        };
        /**
         * JournalPage
         * @description Events.
         */
        JournalPage: {
            /** Items */
            items: components["schemas"]["JournalEntry"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * KeyScope
         * @description What an API key may be used for.
         * @enum {string}
         */
        KeyScope: "read" | "trade" | "admin";
        /**
         * KillSwitchBody
         * @description Whether the broker is to let no order of the account pass.
         */
        KillSwitchBody: {
            /** On */
            on: boolean;
        };
        /**
         * KillSwitchView
         * @description What the broker said to it.
         */
        KillSwitchView: {
            /** On */
            on: boolean;
            /** Said */
            said: string;
        };
        /**
         * Kind
         * @description In what a limit is stated.
         * @enum {string}
         */
        Kind: "money" | "quantity" | "count" | "fraction" | "seconds" | "instruments" | "drawdowns" | "contracts" | "hours" | "flag" | "choice" | "fractions";
        /**
         * LimitMeter
         * @description How far an account is from one of its limits; `fraction` is 0 to 1, or above when it is exceeded.
         */
        LimitMeter: {
            /**
             * Fraction
             * Format: decimal
             * @example 98.50
             */
            fraction: DecimalText;
            /** Label */
            label: string;
            /**
             * Left
             * Format: decimal
             * @example 98.50
             */
            left: DecimalText;
            /**
             * Limit
             * Format: decimal
             * @example 98.50
             */
            limit: DecimalText;
            /** Rule */
            rule: string;
            /** Unit */
            unit: string;
            /**
             * Used
             * Format: decimal
             * @example 98.50
             */
            used: DecimalText;
            /** Warn At */
            warn_at: DecimalText[];
        };
        /**
         * Limits
         * @description Limits of one scope as a whole; null sets none there, and the tightest of all scopes wins.
         *
         *     Money is in `currency`, or in each account's own where that is empty; `price_collar`, `margin_buffer` and
         *     `warn_at` are parts of one, ages and windows seconds, `max_order_rate` orders per minute.
         */
        Limits: {
            /** Allowed Instruments */
            allowed_instruments?: string[] | null;
            /** Contract Limits */
            contract_limits?: components["schemas"]["ContractLimit"][] | null;
            /**
             * Currency
             * @default
             */
            currency?: string;
            /** Denied Instruments */
            denied_instruments?: string[] | null;
            /** Drawdowns */
            drawdowns?: components["schemas"]["Drawdown"][] | null;
            /** Duplicate Window */
            duplicate_window?: DecimalText | null;
            /** Flat Before Close */
            flat_before_close?: DecimalText | null;
            lock_until?: components["schemas"]["LockUntil"] | null;
            /** Margin Buffer */
            margin_buffer?: DecimalText | null;
            /** Max Daily Loss */
            max_daily_loss?: DecimalText | null;
            /** Max Daily Realized Loss */
            max_daily_realized_loss?: DecimalText | null;
            /** Max Data Age */
            max_data_age?: DecimalText | null;
            /** Max Gross Exposure */
            max_gross_exposure?: DecimalText | null;
            /** Max Net Exposure */
            max_net_exposure?: DecimalText | null;
            /** Max Open Orders */
            max_open_orders?: number | null;
            /** Max Order Notional */
            max_order_notional?: DecimalText | null;
            /** Max Order Quantity */
            max_order_quantity?: DecimalText | null;
            /** Max Order Rate */
            max_order_rate?: number | null;
            /** Max Position */
            max_position?: DecimalText | null;
            /** Max Position Notional */
            max_position_notional?: DecimalText | null;
            /** Max Trades Per Day */
            max_trades_per_day?: number | null;
            /** News After */
            news_after?: DecimalText | null;
            /** News Before */
            news_before?: DecimalText | null;
            on_breach?: components["schemas"]["BreachAction"] | null;
            /** Price Collar */
            price_collar?: DecimalText | null;
            /** Require Stop */
            require_stop?: boolean | null;
            /** Trading Hours */
            trading_hours?: components["schemas"]["Hours"][] | null;
            /** Warn At */
            warn_at?: DecimalText[] | null;
        };
        /**
         * LimitsCatalog
         * @description What can be limited, where, and from which presets.
         */
        LimitsCatalog: {
            /** Entries */
            entries: components["schemas"]["CatalogEntry"][];
            /** Profiles */
            profiles: components["schemas"]["ProfileView"][];
            /** Scopes */
            scopes: components["schemas"]["ScopeOf"][];
        };
        /**
         * LimitsChange
         * @description New limits of one scope as a whole; with `effective_from` they begin then, and until then the old ones hold.
         */
        LimitsChange: {
            /** Allowed Instruments */
            allowed_instruments?: string[] | null;
            /** Contract Limits */
            contract_limits?: components["schemas"]["ContractLimit"][] | null;
            /**
             * Currency
             * @default
             */
            currency?: string;
            /** Denied Instruments */
            denied_instruments?: string[] | null;
            /** Drawdowns */
            drawdowns?: components["schemas"]["Drawdown"][] | null;
            /** Duplicate Window */
            duplicate_window?: DecimalText | null;
            /** Effective From */
            effective_from?: string | null;
            /** Flat Before Close */
            flat_before_close?: DecimalText | null;
            lock_until?: components["schemas"]["LockUntil"] | null;
            /** Margin Buffer */
            margin_buffer?: DecimalText | null;
            /** Max Daily Loss */
            max_daily_loss?: DecimalText | null;
            /** Max Daily Realized Loss */
            max_daily_realized_loss?: DecimalText | null;
            /** Max Data Age */
            max_data_age?: DecimalText | null;
            /** Max Gross Exposure */
            max_gross_exposure?: DecimalText | null;
            /** Max Net Exposure */
            max_net_exposure?: DecimalText | null;
            /** Max Open Orders */
            max_open_orders?: number | null;
            /** Max Order Notional */
            max_order_notional?: DecimalText | null;
            /** Max Order Quantity */
            max_order_quantity?: DecimalText | null;
            /** Max Order Rate */
            max_order_rate?: number | null;
            /** Max Position */
            max_position?: DecimalText | null;
            /** Max Position Notional */
            max_position_notional?: DecimalText | null;
            /** Max Trades Per Day */
            max_trades_per_day?: number | null;
            /** News After */
            news_after?: DecimalText | null;
            /** News Before */
            news_before?: DecimalText | null;
            /**
             * Note
             * @default
             */
            note?: string;
            on_breach?: components["schemas"]["BreachAction"] | null;
            /** Price Collar */
            price_collar?: DecimalText | null;
            /** Profile */
            profile?: string | null;
            /** Require Stop */
            require_stop?: boolean | null;
            /** Trading Hours */
            trading_hours?: components["schemas"]["Hours"][] | null;
            /** Warn At */
            warn_at?: DecimalText[] | null;
        };
        /**
         * LimitsEntry
         * @description One change of a scope's limits: since when they hold (or will), who set them, and why.
         */
        LimitsEntry: {
            /** Actor */
            actor: string;
            /**
             * At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            at: string;
            /** Current */
            current: boolean;
            /**
             * Effective From
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            effective_from: string;
            limits: components["schemas"]["LimitsView"];
            /** Note */
            note: string;
            /** Planned */
            planned: boolean;
            /** Profile */
            profile: string;
        };
        /**
         * LimitsHistory
         * @description Every change of a scope's limits, newest first; planned ones lead.
         */
        LimitsHistory: {
            /** Items */
            items: components["schemas"]["LimitsEntry"][];
        };
        /**
         * LimitsTrial
         * @description Limits of one scope to try without setting them.
         */
        LimitsTrial: {
            /** Id */
            id?: string | null;
            limits: components["schemas"]["Limits"];
            type: components["schemas"]["ScopeType"];
        };
        /**
         * LimitsView
         * @description Limits that one scope sets; null where it sets none.
         */
        LimitsView: {
            /** Allowed Instruments */
            allowed_instruments?: string[] | null;
            /** Contract Limits */
            contract_limits?: components["schemas"]["ContractLimit"][] | null;
            /**
             * Currency
             * @default
             */
            currency?: string;
            /** Denied Instruments */
            denied_instruments?: string[] | null;
            /** Drawdowns */
            drawdowns?: components["schemas"]["Drawdown"][] | null;
            /** Duplicate Window */
            duplicate_window?: DecimalText | null;
            /** Flat Before Close */
            flat_before_close?: DecimalText | null;
            lock_until?: components["schemas"]["LockUntil"] | null;
            /** Margin Buffer */
            margin_buffer?: DecimalText | null;
            /** Max Daily Loss */
            max_daily_loss?: DecimalText | null;
            /** Max Daily Realized Loss */
            max_daily_realized_loss?: DecimalText | null;
            /** Max Data Age */
            max_data_age?: DecimalText | null;
            /** Max Gross Exposure */
            max_gross_exposure?: DecimalText | null;
            /** Max Net Exposure */
            max_net_exposure?: DecimalText | null;
            /** Max Open Orders */
            max_open_orders?: number | null;
            /** Max Order Notional */
            max_order_notional?: DecimalText | null;
            /** Max Order Quantity */
            max_order_quantity?: DecimalText | null;
            /** Max Order Rate */
            max_order_rate?: number | null;
            /** Max Position */
            max_position?: DecimalText | null;
            /** Max Position Notional */
            max_position_notional?: DecimalText | null;
            /** Max Trades Per Day */
            max_trades_per_day?: number | null;
            /** News After */
            news_after?: DecimalText | null;
            /** News Before */
            news_before?: DecimalText | null;
            on_breach?: components["schemas"]["BreachAction"] | null;
            /** Price Collar */
            price_collar?: DecimalText | null;
            /** Require Stop */
            require_stop?: boolean | null;
            /** Trading Hours */
            trading_hours?: components["schemas"]["Hours"][] | null;
            /** Warn At */
            warn_at?: DecimalText[] | null;
        };
        /**
         * LineView
         * @description A value at instants.
         */
        LineView: {
            /** At */
            at: number[];
            /** Value */
            value: (number | null)[];
        };
        /**
         * ListedView
         * @description Instruments that the workspace lists now.
         */
        ListedView: {
            /** Instruments */
            instruments: string[];
        };
        /**
         * ListState
         * @description How a broker's list of instruments is; a broker without a list takes exact symbols only.
         * @enum {string}
         */
        ListState: "ready" | "loading" | "failed" | "exact_only";
        /**
         * Live
         * @description The process answers.
         */
        Live: {
            /**
             * Ok
             * @default true
             */
            ok?: boolean;
        };
        /**
         * LockUntil
         * @description When a lock ends: by itself with the next session, or by a person who gives the password again.
         * @enum {string}
         */
        LockUntil: "next_session" | "released";
        /**
         * LockView
         * @description Why nothing that adds risk leaves an account, and until when.
         */
        LockView: {
            /** Reason */
            reason: string;
            /** Reduce Only */
            reduce_only: boolean;
            /** Rule */
            rule: string;
            /**
             * Since
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            since: string;
            until: components["schemas"]["LockUntil"];
        };
        /**
         * Login
         * @description An e-mail address and its password.
         */
        Login: {
            /** Email */
            email: string;
            /**
             * Password
             * Format: password
             */
            password: string;
        };
        /**
         * LoginBody
         * @description What came back of a login, such as the address that the browser was sent to.
         */
        LoginBody: {
            /** Fields */
            fields: {
                [key: string]: string;
            };
        };
        /**
         * LoginList
         * @description Those that a person has to log in for first.
         */
        LoginList: {
            /** Items */
            items: components["schemas"]["LoginView"][];
        };
        /**
         * LoginView
         * @description An account whose broker wants a login each day; `fields` are what comes back of it, and is entered here.
         */
        LoginView: {
            /** Account */
            account: string;
            /** Broker */
            broker: string;
            /** Fields */
            fields: components["schemas"]["BrokerField"][];
            life: components["schemas"]["SessionLife"];
            /** Login Url */
            login_url: string;
            /** Name */
            name: string;
            /** Number */
            number: string;
            /** Reason */
            reason: string;
            /** Until */
            until: string | null;
        };
        /**
         * LossAction
         * @description What the firm does at its daily loss limit: the day is over, or the account is.
         * @enum {string}
         */
        LossAction: "lock_day" | "fail";
        /**
         * MarginAnswer
         * @description The brokers' own figures, account by account, asked now; nothing was sent as an order.
         */
        MarginAnswer: {
            /** Accounts */
            accounts: components["schemas"]["MarginLine"][];
        };
        /**
         * MarginLine
         * @description What the broker of an account would block for its orders together, in `currency`; below zero sets margin free.
         *
         *     `available` is what is free before them. Where it was not told, `code` and `reason` say why.
         */
        MarginLine: {
            /** Account */
            account: string;
            /**
             * Available
             * @example 96426.33
             */
            available: DecimalText | null;
            /**
             * Code
             * @default
             */
            code?: string;
            /**
             * Currency
             * @example INR
             */
            currency: string;
            /** Name */
            name: string;
            /** Orders */
            orders: components["schemas"]["MarginOrder"][];
            /**
             * Reason
             * @default
             */
            reason?: string;
            /**
             * Required
             * @example 34786.73
             */
            required: DecimalText | null;
            /** @example told */
            told: components["schemas"]["MarginTold"];
        };
        /**
         * MarginOrder
         * @description One order of an account; `required` is what it would take alone, null where the broker tells the whole only.
         */
        MarginOrder: {
            /** Instrument */
            instrument: string;
            /**
             * Quantity
             * Format: decimal
             * @example 98.50
             */
            quantity: DecimalText;
            /** Required */
            required: DecimalText | null;
            side: components["schemas"]["Side"];
        };
        /**
         * MarginRequest
         * @description Wishes whose orders are reckoned together in each account, so that what hedges another one counts.
         */
        MarginRequest: {
            /**
             * Intents
             * @example [
             *       {
             *         "account": "acc_1",
             *         "instrument": "NIFTY261229C26000.XNSE",
             *         "side": "SELL",
             *         "sizing": {
             *           "by": "quantity",
             *           "value": "75"
             *         },
             *         "terms": {
             *           "limit_price": "210",
             *           "order_type": "LIMIT"
             *         }
             *       },
             *       {
             *         "account": "acc_1",
             *         "instrument": "NIFTY261229C26500.XNSE",
             *         "side": "BUY",
             *         "sizing": {
             *           "by": "quantity",
             *           "value": "75"
             *         },
             *         "terms": {
             *           "limit_price": "95",
             *           "order_type": "LIMIT"
             *         }
             *       }
             *     ]
             */
            intents: components["schemas"]["IntentRequest"][];
        };
        /**
         * MarginTold
         * @description Whether a broker said what it would block: `not_offered` where it has no such call, `no_order` without a quantity.
         * @enum {string}
         */
        MarginTold: "told" | "not_told" | "not_offered" | "no_order";
        /**
         * MarkView
         * @description A fill on the chart.
         */
        MarkView: {
            /** At */
            at: number;
            /** Price */
            price: number;
            /** Quantity */
            quantity: number;
            /** Side */
            side: string;
        };
        /**
         * MemberBody
         * @description An account's part; `weight` is its share, factor, quantity, percent or amount, as the policy says.
         */
        MemberBody: {
            /** Account */
            account: string;
            /** Cap */
            cap?: DecimalText | null;
            /** Instruments */
            instruments?: {
                [key: string]: string;
            };
            /**
             * Weight
             * Format: decimal
             * @example 98.50
             */
            weight: DecimalText;
        };
        /**
         * MemberView
         * @description An account's part.
         */
        MemberView: {
            /** Account */
            account: string;
            /** Account Name */
            account_name: string;
            /** Cap */
            cap: DecimalText | null;
            /** Currency */
            currency: string;
            /** Instruments */
            instruments: {
                [key: string]: string;
            };
            /**
             * Weight
             * Format: decimal
             * @example 98.50
             */
            weight: DecimalText;
        };
        /**
         * Mode
         * @description Whether an account's orders move real money.
         * @enum {string}
         */
        Mode: "paper" | "live";
        /**
         * ModelBody
         * @description A fee or slippage model of docs/matching.md with its arguments, numbers as text; `tiers` go to `tiered`.
         */
        ModelBody: {
            /**
             * Arguments
             * @example {
             *       "amount": "0.005",
             *       "minimum": "1"
             *     }
             */
            arguments?: {
                [key: string]: boolean | string;
            };
            /**
             * Model
             * @example per_share
             */
            model: string;
            /** Tiers */
            tiers?: components["schemas"]["FeeTier"][];
        };
        /**
         * MonthsView
         * @description A year's returns by month, January first; null for a month without one.
         */
        MonthsView: {
            /** Months */
            months: (number | null)[];
            /** Whole */
            whole: number | null;
            /** Year */
            year: number;
        };
        /**
         * NewAccount
         * @description A paper account; `fractional` accounts trade down to a millionth of a unit.
         */
        NewAccount: {
            /**
             * Cash
             * Format: decimal
             * @example 98.50
             */
            cash: DecimalText;
            /** Currency */
            currency: string;
            /**
             * Fractional
             * @default false
             */
            fractional?: boolean;
            /**
             * Leverage
             * Format: decimal
             * @default 1
             * @example 98.50
             */
            leverage?: DecimalText;
            /** Name */
            name: string;
        };
        /**
         * NewApiKey
         * @description A key for a program; without `addresses` it may come from anywhere.
         */
        NewApiKey: {
            /** Addresses */
            addresses?: string[] | null;
            /** Expires At */
            expires_at?: string | null;
            /** Name */
            name: string;
            /** Scopes */
            scopes: components["schemas"]["KeyScope"][];
            /**
             * Workspace
             * @description needed by a person who has several
             */
            workspace?: string | null;
        };
        /**
         * NewStrategy
         * @description A sender; its alerts go to one group or one account. Without `instruments` it may trade anything listed.
         */
        NewStrategy: {
            /** Account */
            account?: string | null;
            /** Group */
            group?: string | null;
            /** Instruments */
            instruments?: string[];
            /** Name */
            name: string;
            /**
             * Valid Seconds
             * @default 30
             */
            valid_seconds?: number;
        };
        /**
         * NewStrategyFile
         * @description A new file; its source becomes version 1, whether it runs or not.
         */
        NewStrategyFile: {
            /** Name */
            name: string;
            /**
             * Note
             * @default
             */
            note?: string;
            /** Source */
            source: string;
        };
        /**
         * NewStrategyRun
         * @description A strategy to be put to work: a file's text, or a stored file and its version (the newest unless given).
         */
        NewStrategyRun: {
            /** Account */
            account?: string | null;
            /** Class Name */
            class_name?: string | null;
            /** Group */
            group?: string | null;
            /**
             * History
             * @description bars to begin with
             * @default 500
             */
            history?: number;
            /**
             * Instruments
             * @example [
             *       "AAPL.XNAS"
             *     ]
             */
            instruments: string[];
            /** Name */
            name?: string | null;
            /**
             * Parameters
             * @example {
             *       "fast": "10"
             *     }
             */
            parameters?: {
                [key: string]: string;
            };
            /** Source */
            source?: string | null;
            /**
             * Strategy
             * @description id of a strategy file
             */
            strategy?: string | null;
            /**
             * Timeframe
             * @default 1m
             * @example 5m
             */
            timeframe?: string;
            /** Version */
            version?: number | null;
        };
        /**
         * NewUser
         * @description A person to let into the workspace.
         */
        NewUser: {
            /** Email */
            email: string;
            /** Name */
            name: string;
            /**
             * Password
             * Format: password
             */
            password: string;
            role: components["schemas"]["Role"];
        };
        /**
         * NewVersion
         * @description A new version; `after` is the version that was edited, so that nobody's work is written over.
         */
        NewVersion: {
            /** After */
            after: number;
            /**
             * Note
             * @default
             */
            note?: string;
            /** Source */
            source: string;
        };
        /**
         * OnFailure
         * @description What a group does when some of its children cannot go out, or are closed short by the broker.
         *
         *     continue: what got through stays. unwind: what got through is undone. repair: what is missing is sent again,
         *     through the gate, until the group's time for it is over.
         * @enum {string}
         */
        OnFailure: "continue" | "unwind" | "repair";
        /**
         * Openness
         * @description Which orders a list is about.
         * @enum {string}
         */
        Openness: "open" | "closed" | "all";
        /**
         * OptionRisk
         * @description An option that is held; `why` says why its greeks are unknown, empty otherwise.
         *
         *     `delta` is one unit's. The others are the position's, in money: `delta_money` what it is worth in its underlying,
         *     `gamma_money` the change of that for 1 % of the underlying, `vega` per point of volatility, `theta` per calendar day,
         *     `rho` per point of the rate. `volatility_source` says where the volatility comes from.
         */
        OptionRisk: {
            /** Days */
            days?: DecimalText | null;
            /** Delta */
            delta?: DecimalText | null;
            /** Delta Money */
            delta_money?: DecimalText | null;
            /**
             * Expiry
             * Format: date
             */
            expiry: string;
            /** Gamma Money */
            gamma_money?: DecimalText | null;
            /** Instrument */
            instrument: string;
            /** Price */
            price?: DecimalText | null;
            /**
             * Quantity
             * Format: decimal
             * @example 98.50
             */
            quantity: DecimalText;
            /** Rho */
            rho?: DecimalText | null;
            right: components["schemas"]["Right"];
            /** Spot */
            spot?: DecimalText | null;
            /**
             * Strike
             * Format: decimal
             * @example 98.50
             */
            strike: DecimalText;
            /** Symbol */
            symbol: string;
            /** Theta */
            theta?: DecimalText | null;
            /** Underlying */
            underlying: string;
            /** Vega */
            vega?: DecimalText | null;
            /** Volatility */
            volatility?: DecimalText | null;
            /**
             * Volatility Source
             * @default
             */
            volatility_source?: string;
            /** Why */
            why: string;
        };
        /**
         * Order
         * @description One order; `in_doubt` while bytes may have left and no answer is known.
         *
         *     `asked` are the terms that were wanted, where the desk works them in the broker's stead and `terms` are those that
         *     are sent. `level` is the price that sets off what is HELD by the desk; that of a trailing stop moves.
         */
        Order: {
            /** Account */
            account: string;
            /** Account Name */
            account_name: string;
            asked?: components["schemas"]["TermsView"] | null;
            /** Average Price */
            average_price: DecimalText | null;
            /** Broker Order Id */
            broker_order_id: string | null;
            /** Client Order Id */
            client_order_id: string;
            /**
             * Created At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            created_at: string;
            /** Entry */
            entry: string | null;
            /** External */
            external: boolean;
            /**
             * Filled Quantity
             * Format: decimal
             * @example 98.50
             */
            filled_quantity: DecimalText;
            /** In Doubt */
            in_doubt: boolean;
            /** Instrument */
            instrument: string;
            /** Intent */
            intent: string | null;
            /**
             * Leaves Quantity
             * Format: decimal
             * @example 98.50
             */
            leaves_quantity: DecimalText;
            /** Leg */
            leg: number;
            /** Level */
            level?: DecimalText | null;
            pending: components["schemas"]["Pending"];
            /**
             * Quantity
             * Format: decimal
             * @example 98.50
             */
            quantity: DecimalText;
            /** Reason */
            reason: string;
            /** Reservation Cash */
            reservation_cash: DecimalText | null;
            side: components["schemas"]["Side"];
            /** Source */
            source: string;
            status: components["schemas"]["OrderStatus"];
            /** Strategy */
            strategy: string | null;
            /** Symbol */
            symbol: string;
            terms: components["schemas"]["TermsView"];
        };
        /**
         * OrderDetail
         * @description One order with every rule's answer and its times, in milliseconds since its intent was received.
         */
        OrderDetail: {
            /** Account */
            account: string;
            /** Account Name */
            account_name: string;
            /** Ack Ms */
            ack_ms: DecimalText | null;
            asked?: components["schemas"]["TermsView"] | null;
            /** Average Price */
            average_price: DecimalText | null;
            /** Broker */
            broker: string;
            /** Broker Order Id */
            broker_order_id: string | null;
            /** Checks */
            checks: components["schemas"]["Check"][];
            /** Client Order Id */
            client_order_id: string;
            /**
             * Created At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            created_at: string;
            denial: components["schemas"]["Check"] | null;
            /** Entry */
            entry: string | null;
            /** External */
            external: boolean;
            /** Filled Ms */
            filled_ms: DecimalText | null;
            /**
             * Filled Quantity
             * Format: decimal
             * @example 98.50
             */
            filled_quantity: DecimalText;
            /** In Doubt */
            in_doubt: boolean;
            /** Instrument */
            instrument: string;
            /** Intent */
            intent: string | null;
            /**
             * Leaves Quantity
             * Format: decimal
             * @example 98.50
             */
            leaves_quantity: DecimalText;
            /** Leg */
            leg: number;
            /** Level */
            level?: DecimalText | null;
            pending: components["schemas"]["Pending"];
            /**
             * Quantity
             * Format: decimal
             * @example 98.50
             */
            quantity: DecimalText;
            /** Reason */
            reason: string;
            /** Reservation Cash */
            reservation_cash: DecimalText | null;
            /** Sent Ms */
            sent_ms: DecimalText | null;
            side: components["schemas"]["Side"];
            /**
             * Slippage
             * @description paid above (or below) the reference, per unit; positive is worse
             */
            slippage: DecimalText | null;
            /** Source */
            source: string;
            status: components["schemas"]["OrderStatus"];
            /** Strategy */
            strategy: string | null;
            /** Symbol */
            symbol: string;
            terms: components["schemas"]["TermsView"];
        };
        /**
         * OrderInDoubt
         * @description An order whose answer was lost; `obstacle` says why nobody can resolve it yet, and is empty when one can.
         */
        OrderInDoubt: {
            /** Client Order Id */
            client_order_id: string;
            /** Instrument */
            instrument: string;
            /** Intent */
            intent: string | null;
            /** Obstacle */
            obstacle: string;
            /**
             * Quantity
             * Format: decimal
             * @example 98.50
             */
            quantity: DecimalText;
            /** Reason */
            reason: string;
            /**
             * Sent At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            sent_at: string;
            side: components["schemas"]["Side"];
            status: components["schemas"]["OrderStatus"];
            /** Symbol */
            symbol: string;
            terms: components["schemas"]["TermsView"];
        };
        /**
         * OrderPage
         * @description Orders, newest first.
         */
        OrderPage: {
            /** Items */
            items: components["schemas"]["Order"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * OrderPath
         * @description Latencies from alert to broker acknowledgement over the last 100 orders.
         */
        OrderPath: {
            /** Count */
            count: number;
            /** P50 Ms */
            p50_ms: DecimalText | null;
            /** P99 Ms */
            p99_ms: DecimalText | null;
        };
        /**
         * OrderStatus
         * @description Where an order stands; the last five are closed for good.
         *
         *     HELD is approved and waits at the desk for what its broker cannot wait for: a price, or its entry's fills.
         * @enum {string}
         */
        OrderStatus: "CREATED" | "HELD" | "SUBMITTED" | "WORKING" | "ABSENT" | "DENIED" | "REJECTED" | "CANCELED" | "EXPIRED" | "FILLED";
        /**
         * OrderType
         * @description What makes an order fill.
         * @enum {string}
         */
        OrderType: "MARKET" | "LIMIT" | "STOP" | "STOP_LIMIT" | "TRAILING_STOP";
        /**
         * OutlineView
         * @description A strategy that a file defines.
         */
        OutlineView: {
            /** About */
            about: string;
            /** Line */
            line: number;
            /** Name */
            name: string;
            /** Parameters */
            parameters: components["schemas"]["ParameterView"][];
        };
        /**
         * Overview
         * @description Everything that the frame of the desk shows; sums are in the workspace's currency, null while a part is unknown.
         */
        Overview: {
            /** Accounts */
            accounts: components["schemas"]["AccountSummary"][];
            clock: components["schemas"]["DeskClock"];
            /** Day Pnl */
            day_pnl: DecimalText | null;
            /** Equity */
            equity: DecimalText | null;
            feed: components["schemas"]["FeedView"];
            order_path: components["schemas"]["OrderPath"];
            state: components["schemas"]["StateView"];
            /** Version */
            version: string;
            workspace: components["schemas"]["Workspace"];
        };
        /**
         * ParameterView
         * @description A parameter as the file writes it.
         */
        ParameterView: {
            /** About */
            about: string;
            /** Choices */
            choices: (boolean | number | string)[];
            /** Default */
            default: boolean | number | string | null;
            /** High */
            high: boolean | number | string | null;
            /**
             * Kind
             * @description int, float, bool or str; null where only a run tells
             * @example int
             */
            kind: string | null;
            /** Low */
            low: boolean | number | string | null;
            /** Name */
            name: string;
            /** Step */
            step: boolean | number | string | null;
        };
        /**
         * ParsedAlert
         * @description What the desk read out of the message.
         */
        ParsedAlert: {
            /** Action */
            action: string;
            /** Instrument */
            instrument: string | null;
            /** Key */
            key: string;
            /** Limit Price */
            limit_price: DecimalText | null;
            /** Order Type */
            order_type: string;
            /** Sent At */
            sent_at: string | null;
            /** Side */
            side: string | null;
            /** Size */
            size: string;
            /** Stop */
            stop: DecimalText | null;
            /** Symbol */
            symbol: string | null;
            /** Take Profit */
            take_profit: DecimalText | null;
            /** Trail */
            trail: DecimalText | null;
        };
        /**
         * Part
         * @description What of an order the desk does itself.
         * @enum {string}
         */
        Part: "stop" | "stop_limit" | "trailing_stop" | "end" | "exits" | "target" | "stop_loss" | "trailing_stop_loss";
        /**
         * Pass
         * @description A comparison that said something new; `clean` when nothing was left open.
         */
        Pass: {
            /** Account */
            account: string;
            /** Account Name */
            account_name: string;
            /**
             * At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            at: string;
            /** Clean */
            clean: boolean;
            /** Differences */
            differences: components["schemas"]["Difference"][];
            /** Seq */
            seq: number;
        };
        /**
         * PassPage
         * @description Comparisons, newest first.
         */
        PassPage: {
            /** Items */
            items: components["schemas"]["Pass"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * PasswordChange
         * @description The current password and the one that replaces it; every other session ends.
         */
        PasswordChange: {
            /**
             * Current
             * Format: password
             */
            current: string;
            /**
             * New
             * Format: password
             */
            new: string;
        };
        /**
         * PayoutRequest
         * @description A payout to record.
         */
        PayoutRequest: {
            /**
             * Amount
             * Format: decimal
             * @example 98.50
             */
            amount: DecimalText;
        };
        /**
         * Pending
         * @description A request on a working order that the broker has not answered yet.
         * @enum {string}
         */
        Pending: "none" | "cancel" | "replace";
        /**
         * Phase
         * @description The part of a plan that a rulebook is for.
         * @enum {string}
         */
        Phase: "evaluation" | "funded";
        /**
         * PlanDrop
         * @description A planned change that shall not come.
         */
        PlanDrop: {
            /**
             * Effective From
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            effective_from: string;
        };
        /**
         * Policy
         * @description How a group's intent becomes its members' quantities.
         *
         *     equal, weighted, proportional: the total is split evenly, by weight, by equity.
         *     fixed: each member's own quantity. ratio: the intent's quantity times each member's ratio.
         *     percent_of_equity, risk_amount: each member is sized by its own equity or by its own risk.
         * @enum {string}
         */
        Policy: "equal" | "fixed" | "ratio" | "weighted" | "proportional" | "percent_of_equity" | "risk_amount";
        /**
         * PortfolioView
         * @description What the positions could lose, from up to 252 daily returns; `why` says why nothing is known, empty otherwise.
         *
         *     `effective` is of how many equal positions the portfolio is worth; `correlations` are in the order of `positions`.
         *     `margin_used` is what positions and open orders take of buying power, `margin_share` the part of equity that this is.
         */
        PortfolioView: {
            /** Beta */
            beta: DecimalText | null;
            /** Confidence */
            confidence: DecimalText | null;
            /** Correlations */
            correlations: DecimalText[][];
            /** Currency */
            currency: string;
            /** Effective */
            effective: DecimalText | null;
            /** Gross */
            gross: DecimalText | null;
            /** Herfindahl */
            herfindahl: DecimalText | null;
            historical: components["schemas"]["TailView"] | null;
            /** Horizon */
            horizon: number;
            /** Margin Share */
            margin_share: DecimalText | null;
            /** Margin Used */
            margin_used: DecimalText | null;
            monte_carlo: components["schemas"]["TailView"] | null;
            /** Net */
            net: DecimalText | null;
            parametric: components["schemas"]["TailView"] | null;
            /** Periods */
            periods: number;
            /** Positions */
            positions: components["schemas"]["PositionRisk"][];
            /** Scenarios */
            scenarios: components["schemas"]["ScenarioView"][];
            /** Volatility */
            volatility: DecimalText | null;
            /** Why */
            why: string;
        };
        /**
         * Position
         * @description What one account holds of one instrument, money in the instrument's currency; null where no price is known.
         */
        Position: {
            /** Account */
            account: string;
            /** Account Name */
            account_name: string;
            /** Average Price */
            average_price: DecimalText | null;
            /**
             * Cost
             * Format: decimal
             * @example 98.50
             */
            cost: DecimalText;
            /** Currency */
            currency: string;
            /**
             * Fees
             * Format: decimal
             * @example 98.50
             */
            fees: DecimalText;
            /** Instrument */
            instrument: string;
            /** Last */
            last: DecimalText | null;
            /** Market Value */
            market_value: DecimalText | null;
            /**
             * Quantity
             * Format: decimal
             * @example 98.50
             */
            quantity: DecimalText;
            /**
             * Realized Pnl
             * Format: decimal
             * @example 98.50
             */
            realized_pnl: DecimalText;
            /** Shares */
            shares: components["schemas"]["Share"][];
            /** Symbol */
            symbol: string;
            /**
             * Tick Size
             * Format: decimal
             * @example 98.50
             */
            tick_size: DecimalText;
            /** Unrealized Pnl */
            unrealized_pnl: DecimalText | null;
        };
        /**
         * PositionPage
         * @description Positions that are not flat.
         */
        PositionPage: {
            /** Items */
            items: components["schemas"]["Position"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * PositionRisk
         * @description One instrument over the accounts asked about: `component` is what it adds to the parametric VaR.
         */
        PositionRisk: {
            /** Beta */
            beta: DecimalText | null;
            /**
             * Component
             * Format: decimal
             * @example 98.50
             */
            component: DecimalText;
            /** Instrument */
            instrument: string;
            /** Symbol */
            symbol: string;
            /**
             * Volatility
             * Format: decimal
             * @example 98.50
             */
            volatility: DecimalText;
            /**
             * Weight
             * Format: decimal
             * @example 98.50
             */
            weight: DecimalText;
            /**
             * Worth
             * Format: decimal
             * @example 98.50
             */
            worth: DecimalText;
        };
        /**
         * Preview
         * @description What would happen, by the same code that would do it; nothing is sent.
         */
        Preview: {
            /** Allocations */
            allocations: components["schemas"]["PreviewLine"][];
            /** Allowed */
            allowed: number;
            /**
             * Button
             * @example Buy 4 × 25 AAPL, 1 account denied
             */
            button: string;
            /** Denied */
            denied: number;
            /** Instrument */
            instrument: string;
            /** Policy */
            policy: string;
            /** Reference */
            reference: DecimalText | null;
            /** Total Cost */
            total_cost: DecimalText | null;
            /**
             * Total Quantity
             * Format: decimal
             * @example 98.50
             */
            total_quantity: DecimalText;
            /** Warnings */
            warnings: string[];
        };
        /**
         * PreviewLine
         * @description What one account would do, with every rule's answer.
         *
         *     `sent_ago` are the seconds since an identical order, where that alone stands in the way: it is no refusal.
         *     `emulated` is what the desk would do in the broker's stead; it rests on this machine being up.
         */
        PreviewLine: {
            /** Account */
            account: string;
            /** Allowed */
            allowed: boolean;
            at_stops?: components["schemas"]["AtStopsView"] | null;
            /** Buying Power After */
            buying_power_after: DecimalText | null;
            /** Checks */
            checks: components["schemas"]["Check"][];
            /** Cost */
            cost: DecimalText | null;
            /** Cost Currency */
            cost_currency: string;
            /** Currency */
            currency: string;
            denial: components["schemas"]["Check"] | null;
            /** Emulated */
            emulated?: components["schemas"]["Emulated"][];
            /** Instrument */
            instrument: string;
            /** Name */
            name: string;
            /** Note */
            note: string;
            /**
             * Quantity
             * Format: decimal
             * @example 98.50
             */
            quantity: DecimalText;
            /** Sent Ago */
            sent_ago?: DecimalText | null;
            side: components["schemas"]["Side"] | null;
            /**
             * Tells Margin
             * @description its broker says what it would block: ask `/preview/margin`; only `/preview` tells
             * @default false
             */
            tells_margin?: boolean;
        };
        /**
         * ProbeView
         * @description The account that a credential opens, as the broker shows it; nothing was kept.
         */
        ProbeView: {
            /** Buying Power */
            buying_power: DecimalText | null;
            /**
             * Cash
             * Format: decimal
             * @example 98.50
             */
            cash: DecimalText;
            /** Currency */
            currency: string;
            /** Equity */
            equity: DecimalText | null;
            /** Live */
            live: boolean;
            /** Number */
            number: string;
            /** Status */
            status: string;
        };
        /**
         * Problem
         * @description RFC 9457 problem details; `code` is stable and machine-readable.
         */
        Problem: {
            /**
             * Code
             * @example instrument.unknown
             */
            code: string;
            /** Detail */
            detail: string;
            /** Errors */
            errors?: components["schemas"]["ProblemPart"][] | null;
            /** Field */
            field?: string | null;
            /** Hint */
            hint?: string | null;
            /** Request Id */
            request_id: string;
            /** Status */
            status: number;
            /** Title */
            title: string;
            /**
             * Type
             * @example https://bidwell.dev/problems/instrument.unknown
             */
            type: string;
        };
        /**
         * ProblemPart
         * @description One of several things that are wrong with a request.
         */
        ProblemPart: {
            /** Code */
            code: string;
            /** Detail */
            detail: string;
            /** Field */
            field: string;
        };
        /**
         * ProfileView
         * @description A named preset, reckoned for an account's equity where one was named.
         */
        ProfileView: {
            /** Description */
            description: string;
            limits: components["schemas"]["LimitsView"];
            /** Name */
            name: string;
            /** Title */
            title: string;
        };
        /**
         * Progress
         * @description How far a run is; `total` is 0 while that is not known.
         */
        Progress: {
            /** Done */
            done: number;
            /** Total */
            total: number;
        };
        /**
         * ProtectionBody
         * @description Exits attached to an entry, of which one fill cancels the other.
         */
        ProtectionBody: {
            /** Stop Price */
            stop_price?: DecimalText | null;
            /** Take Profit Price */
            take_profit_price?: DecimalText | null;
            /** Trail Amount */
            trail_amount?: DecimalText | null;
        };
        /**
         * QuietView
         * @description An account into which nothing is entered from `before` seconds ahead of a release to `after` behind it.
         */
        QuietView: {
            /** Account */
            account: string;
            /**
             * After
             * Format: decimal
             * @example 98.50
             */
            after: DecimalText;
            /**
             * Before
             * Format: decimal
             * @example 98.50
             */
            before: DecimalText;
            /** Name */
            name: string;
        };
        /**
         * Quote
         * @description Best bid and offer with the last price; `occurred_at` is the market clock, `age_s` seconds since receipt.
         */
        Quote: {
            /**
             * Age S
             * Format: decimal
             * @example 98.50
             */
            age_s: DecimalText;
            /**
             * Ask
             * Format: decimal
             * @example 98.50
             */
            ask: DecimalText;
            /**
             * Ask Quantity
             * Format: decimal
             * @example 98.50
             */
            ask_quantity: DecimalText;
            /**
             * Bid
             * Format: decimal
             * @example 98.50
             */
            bid: DecimalText;
            /**
             * Bid Quantity
             * Format: decimal
             * @example 98.50
             */
            bid_quantity: DecimalText;
            /** Instrument */
            instrument: string;
            /**
             * Last
             * Format: decimal
             * @example 98.50
             */
            last: DecimalText;
            /**
             * Occurred At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            occurred_at: string;
            /** Open */
            open: DecimalText | null;
            /** Previous Close */
            previous_close: DecimalText | null;
            /**
             * Received At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            received_at: string;
            /**
             * Volume
             * Format: decimal
             * @example 98.50
             */
            volume: DecimalText;
        };
        /**
         * QuotePage
         * @description The last quote of every instrument.
         */
        QuotePage: {
            /** Items */
            items: components["schemas"]["Quote"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * ReadinessCheck
         * @description One check with its verdict in a sentence.
         */
        ReadinessCheck: {
            /** Id */
            id: string;
            /** Label */
            label: string;
            repair?: components["schemas"]["Repair"] | null;
            /** Said */
            said: string;
            verdict: components["schemas"]["Verdict"];
        };
        /**
         * Ready
         * @description Whether orders can be taken, and what each part says.
         */
        Ready: {
            /** Components */
            components: {
                [key: string]: components["schemas"]["Component"];
            };
            /** Ok */
            ok: boolean;
        };
        /**
         * ReconciliationList
         * @description Every account, those that need somebody first.
         */
        ReconciliationList: {
            /** Accounts */
            accounts: number;
            /** Agreeing */
            agreeing: number;
            /** Items */
            items: components["schemas"]["AccountReconciliation"][];
        };
        /**
         * Release
         * @description Let orders leave again; the password is asked once more.
         */
        Release: {
            /**
             * Password
             * Format: password
             */
            password: string;
            scope: components["schemas"]["ScopeBody"];
        };
        /**
         * ReleaseCalendar
         * @description The releases that news windows look at, as a whole, with where they were read.
         */
        ReleaseCalendar: {
            /** Events */
            events: components["schemas"]["ScheduledRelease"][];
            /**
             * Source
             * @default
             */
            source?: string;
        };
        /**
         * ReleaseCalendarView
         * @description The releases that news windows look at, the market clock's time, and the accounts that have such windows.
         */
        ReleaseCalendarView: {
            /** Actor */
            actor: string;
            /** Events */
            events: components["schemas"]["ScheduledRelease"][];
            /**
             * Now
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            now: string;
            /** Quiet */
            quiet: components["schemas"]["QuietView"][];
            /** Set At */
            set_at: string | null;
            /** Source */
            source: string;
        };
        /**
         * ReleaseText
         * @description A calendar file's text: lines of `time, title, instruments`, or iCalendar.
         */
        ReleaseText: {
            /**
             * Source
             * @default
             */
            source?: string;
            /** Text */
            text: string;
        };
        /**
         * Repair
         * @description What mends a check: `to` is a page's path or a login page's address, empty for a call.
         */
        Repair: {
            by: components["schemas"]["RepairBy"];
            /** Label */
            label: string;
            /** To */
            to: string;
        };
        /**
         * RepairBody
         * @description Which check to mend.
         */
        RepairBody: {
            /**
             * Check
             * @example book
             */
            check: string;
        };
        /**
         * RepairBy
         * @description call: this API repairs it on request. page: a page of the screen. login: the broker's own login page.
         * @enum {string}
         */
        RepairBy: "call" | "page" | "login";
        /**
         * Replace
         * @description New terms for a working order; what is absent stays.
         */
        Replace: {
            /** Limit Price */
            limit_price?: DecimalText | null;
            /** Quantity */
            quantity?: DecimalText | null;
            /** Stop Price */
            stop_price?: DecimalText | null;
            /** Trail Amount */
            trail_amount?: DecimalText | null;
            /** Trail Percent */
            trail_percent?: DecimalText | null;
        };
        /**
         * ReplayBody
         * @description A recording to ask for again in a paper account: an exported bundle, or an intent of this workspace.
         *
         *     `part` takes what that account of the original was given, instead of the whole wish.
         */
        ReplayBody: {
            /** Account */
            account: string;
            /** Bundle */
            bundle?: {
                [key: string]: unknown;
            } | null;
            /** Intent */
            intent?: string | null;
            /** Part */
            part?: string | null;
        };
        /**
         * Requested
         * @description How many requests are on their way.
         */
        Requested: {
            /** Requested */
            requested: number;
        };
        /**
         * ResultView
         * @description What the page draws; times are seconds since 1970 in UTC.
         */
        ResultView: {
            /** Benchmark Name */
            benchmark_name: string | null;
            /** Costs */
            costs: components["schemas"]["CostView"][];
            /** Currency */
            currency: string;
            /** Details */
            details: components["schemas"]["DetailView"][];
            distribution: components["schemas"]["DistributionView"];
            /** Drawdowns */
            drawdowns: components["schemas"]["DrawdownView"][];
            equity: components["schemas"]["EquityView"];
            exposure: components["schemas"]["LineView"];
            /** Figures */
            figures: components["schemas"]["FigureView"][];
            /** First Equity */
            first_equity: number;
            /** Months */
            months: components["schemas"]["MonthsView"][];
            /** Periods */
            periods: number;
            /** Periods Per Year */
            periods_per_year: number;
            rolling: components["schemas"]["RollingView"];
            /** Speed */
            speed: string;
            /** Symbols */
            symbols: string[];
            /** Why */
            why: string;
            /** Years */
            years: components["schemas"]["YearView"][];
        };
        /**
         * Right
         * @description The right of an option's holder.
         * @enum {string}
         */
        Right: "call" | "put";
        /**
         * RightName
         * @description The right of an option.
         * @enum {string}
         */
        RightName: "call" | "put";
        /**
         * RiskMeter
         * @description How far an account is into one limit: `fraction` of one, and the last samples of it, oldest first.
         */
        RiskMeter: {
            /**
             * Fraction
             * Format: decimal
             * @example 98.50
             */
            fraction: DecimalText;
            /** Label */
            label: string;
            /**
             * Left
             * Format: decimal
             * @example 98.50
             */
            left: DecimalText;
            /**
             * Limit
             * Format: decimal
             * @example 98.50
             */
            limit: DecimalText;
            /** Origin */
            origin: string;
            /** Rule */
            rule: string;
            /** Trend */
            trend: DecimalText[];
            /** Unit */
            unit: string;
            /**
             * Used
             * Format: decimal
             * @example 98.50
             */
            used: DecimalText;
            /** Warn At */
            warn_at: DecimalText[];
        };
        /**
         * RiskStatus
         * @description The workspace's risk now.
         */
        RiskStatus: {
            /** Accounts */
            accounts: components["schemas"]["AccountRisk"][];
            /** Square Offs */
            square_offs: components["schemas"]["SquareOffView"][];
        };
        /**
         * Role
         * @description What a member may do in a workspace, the strongest first.
         * @enum {string}
         */
        Role: "owner" | "admin" | "trader" | "viewer";
        /**
         * RoleChange
         * @description What the person may do from now on.
         */
        RoleChange: {
            role: components["schemas"]["Role"];
        };
        /**
         * RollingView
         * @description The Sharpe ratio over a moving window of so many periods.
         */
        RollingView: {
            /** At */
            at: number[];
            /** Value */
            value: (number | null)[];
            /** Window */
            window: number;
        };
        /**
         * RulebookFault
         * @description A rulebook file that could not be read: its name, and the line with what is wrong.
         */
        RulebookFault: {
            /** File */
            file: string;
            /** Problem */
            problem: string;
        };
        /**
         * RulebookFile
         * @description The text of one rulebook file of one's own.
         */
        RulebookFile: {
            /** Name */
            name: string;
            /** Text */
            text: string;
        };
        /**
         * RulebookHours
         * @description Hours in which entries are allowed, in local time.
         */
        RulebookHours: {
            /** Days */
            days: number[];
            /**
             * End
             * Format: time
             */
            end: string;
            /**
             * Start
             * Format: time
             */
            start: string;
            /** Zone */
            zone: string;
        };
        /**
         * RulebookList
         * @description Every rulebook, the files of one's own, and what could not be read.
         */
        RulebookList: {
            /** Faults */
            faults: components["schemas"]["RulebookFault"][];
            /** Files */
            files: string[];
            /** Items */
            items: components["schemas"]["RulebookView"][];
        };
        /**
         * RulebookRule
         * @description One rule of a rulebook with its state for an account: ok, near, reached or open (not met yet).
         *
         *     `unconfirmed` says that no page of the firm's own bears its figure out.
         */
        RulebookRule: {
            /** Label */
            label: string;
            /** Rule */
            rule: string;
            /**
             * State
             * @example ok
             */
            state: string;
            /** Text */
            text: string;
            /**
             * Unconfirmed
             * @default false
             */
            unconfirmed?: boolean;
        };
        /**
         * RulebookText
         * @description A rulebook file as TOML; it is checked as a whole before it is kept.
         */
        RulebookText: {
            /**
             * Name
             * @example my-plan.toml
             */
            name: string;
            /** Text */
            text: string;
        };
        /**
         * RulebookView
         * @description One plan of one firm in one phase, with its source and date.
         */
        RulebookView: {
            /**
             * Balance
             * Format: decimal
             * @example 98.50
             */
            balance: DecimalText;
            basis: components["schemas"]["Basis"];
            /** Consistency */
            consistency: DecimalText | null;
            /** Contracts */
            contracts: DecimalText | null;
            /** Currency */
            currency: string;
            daily_action: components["schemas"]["LossAction"] | null;
            /** Daily Loss */
            daily_loss: DecimalText | null;
            /** Disclaimer */
            disclaimer: string;
            /**
             * Effective From
             * Format: date
             */
            effective_from: string;
            /** Firm */
            firm: string;
            /** Flat By */
            flat_by: string | null;
            /** Hours */
            hours: components["schemas"]["RulebookHours"][];
            /** Id */
            id: string;
            /** Lock */
            lock: DecimalText | null;
            /**
             * Maximum Loss
             * Format: decimal
             * @example 98.50
             */
            maximum_loss: DecimalText;
            /** Minimum Days */
            minimum_days: number;
            /** News After */
            news_after: number | null;
            /** News Before */
            news_before: number | null;
            /** Next */
            next: string;
            /** Notes */
            notes: string;
            /** Own */
            own: boolean;
            phase: components["schemas"]["Phase"];
            /** Plan */
            plan: string;
            /** Profit Target */
            profit_target: DecimalText | null;
            /**
             * Read On
             * Format: date
             */
            read_on: string;
            /**
             * Rolls At
             * Format: time
             */
            rolls_at: string;
            /** Rules */
            rules: components["schemas"]["RulebookRule"][];
            /**
             * Size
             * Format: decimal
             * @example 98.50
             */
            size: DecimalText;
            /** Source */
            source: string;
            /** Stop Required */
            stop_required: boolean;
            /** Zone */
            zone: string;
        };
        /**
         * Run
         * @description A run; `code`, `reason` and `line` say why there is no result, `summary` has figures of a finished one.
         */
        Run: {
            asked: components["schemas"]["bidwell__server__backtests__schemas__Asked"];
            /** Code */
            code: string;
            /**
             * Created At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /** Finished At */
            finished_at: string | null;
            /** Id */
            id: string;
            /**
             * Kind
             * @description backtest or sweep
             * @example backtest
             */
            kind: string;
            /**
             * Line
             * @description the line of the strategy's file that failed
             */
            line: number | null;
            progress: components["schemas"]["Progress"] | null;
            /** Reason */
            reason: string;
            /** Started At */
            started_at: string | null;
            /**
             * Status
             * @description queued, running, done, failed, canceled or interrupted
             * @example done
             */
            status: string;
            /** Strategy */
            strategy: string;
            /** Strategy Name */
            strategy_name: string;
            /** Summary */
            summary: {
                [key: string]: number | string | null;
            };
        };
        /**
         * RunBars
         * @description The bars that the run saw, `merged` of them put into one, and its fills among them.
         */
        RunBars: {
            /** At */
            at: number[];
            /** Close */
            close: number[];
            /** Fills */
            fills: components["schemas"]["MarkView"][];
            /** High */
            high: number[];
            /** Low */
            low: number[];
            /** Merged */
            merged: number;
            /** Open */
            open: number[];
            /** Volume */
            volume: number[];
        };
        /**
         * RunBody
         * @description What to run. `data` are names from `/backtests/data`; `end` is excluded; a `grid` makes the run a sweep.
         *
         *     `adjust` null is "split", for a sweep "total".
         */
        RunBody: {
            /** Actions */
            actions?: components["schemas"]["ActionBody"][] | null;
            adjust?: components["schemas"]["Adjust"] | null;
            /**
             * Borrow
             * Format: decimal
             * @default 0
             * @example 98.50
             */
            borrow?: DecimalText;
            /** Borrow Of */
            borrow_of?: {
                [key: string]: DecimalText;
            };
            /**
             * Calendar
             * @example XNYS
             */
            calendar?: string | null;
            /**
             * Cash
             * Format: decimal
             * @default 100000
             * @example 98.50
             */
            cash?: DecimalText;
            /**
             * Cash Interest
             * Format: decimal
             * @default 0
             * @example 98.50
             */
            cash_interest?: DecimalText;
            /** Class Name */
            class_name?: string | null;
            /** @default auto */
            compile?: components["schemas"]["Compiling"];
            /**
             * Convert
             * @default true
             */
            convert?: boolean;
            /**
             * Currency
             * @default USD
             */
            currency?: string;
            /** Data */
            data: string[];
            /** End */
            end?: string | null;
            /**
             * Fee
             * @default 0
             */
            fee?: string;
            fee_model?: components["schemas"]["ModelBody"] | null;
            /** @default next_open */
            fill?: components["schemas"]["FillAt"];
            /** Grid */
            grid?: {
                [key: string]: string[];
            };
            /** Instruments */
            instruments?: components["schemas"]["ContractBody"][];
            /**
             * Interest
             * Format: decimal
             * @default 0
             * @example 98.50
             */
            interest?: DecimalText;
            /** @default pessimistic */
            intrabar?: components["schemas"]["Intrabar"];
            /**
             * Leverage
             * Format: decimal
             * @default 1
             * @example 98.50
             */
            leverage?: DecimalText;
            /**
             * Lot Size
             * Format: decimal
             * @default 0
             * @example 98.50
             */
            lot_size?: DecimalText;
            /**
             * Maintenance
             * Format: decimal
             * @default 0.25
             * @example 98.50
             */
            maintenance?: DecimalText;
            /**
             * Memory Gb
             * Format: decimal
             * @default 4
             * @example 98.50
             */
            memory_gb?: DecimalText;
            /**
             * Multiplier
             * Format: decimal
             * @default 1
             * @example 98.50
             */
            multiplier?: DecimalText;
            /** Parameters */
            parameters?: {
                [key: string]: string;
            };
            /** Participation */
            participation?: DecimalText | null;
            /**
             * Rates
             * @example {
             *       "EUR": "1.08",
             *       "USDJPY": "USDJPY.FX@1D"
             *     }
             */
            rates?: {
                [key: string]: string;
            };
            /**
             * Seed
             * @default 0
             */
            seed?: number;
            /** Settlements */
            settlements?: {
                [key: string]: DecimalText;
            };
            /**
             * Shorting
             * @default true
             */
            shorting?: boolean;
            /**
             * Slippage
             * Format: decimal
             * @default 0
             * @example 98.50
             */
            slippage?: DecimalText;
            slippage_model?: components["schemas"]["ModelBody"] | null;
            /** Start */
            start?: string | null;
            /** Strategy */
            strategy: string;
            /**
             * Tick Size
             * Format: decimal
             * @default 0
             * @example 98.50
             */
            tick_size?: DecimalText;
            /**
             * Time Limit S
             * @default 300
             */
            time_limit_s?: number;
            /** Version */
            version?: number | null;
        };
        /**
         * RunDetail
         * @description A run with the first 20,000 characters of what its strategy printed.
         */
        RunDetail: {
            asked: components["schemas"]["bidwell__server__backtests__schemas__Asked"];
            /** Code */
            code: string;
            /**
             * Created At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /** Finished At */
            finished_at: string | null;
            /** Id */
            id: string;
            /**
             * Kind
             * @description backtest or sweep
             * @example backtest
             */
            kind: string;
            /**
             * Line
             * @description the line of the strategy's file that failed
             */
            line: number | null;
            /** Output */
            output: string;
            progress: components["schemas"]["Progress"] | null;
            /** Reason */
            reason: string;
            /** Started At */
            started_at: string | null;
            /**
             * Status
             * @description queued, running, done, failed, canceled or interrupted
             * @example done
             */
            status: string;
            /** Strategy */
            strategy: string;
            /** Strategy Name */
            strategy_name: string;
            /** Summary */
            summary: {
                [key: string]: number | string | null;
            };
        };
        /**
         * RunLineView
         * @description A line of a run's log; `level` is info, order, fill or error.
         */
        RunLineView: {
            /**
             * At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            at: string;
            /** Level */
            level: string;
            /** Number */
            number: number;
            /** Text */
            text: string;
        };
        /**
         * RunLog
         * @description A run's log, oldest first; ask again with `after` the last number.
         */
        RunLog: {
            /** Items */
            items: components["schemas"]["RunLineView"][];
        };
        /**
         * RunPage
         * @description Runs, newest first.
         */
        RunPage: {
            /** Items */
            items: components["schemas"]["Run"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * RunSettings
         * @description The least role that may have strategy code run.
         */
        RunSettings: {
            run_role: components["schemas"]["Role"];
        };
        /**
         * RunSettingsView
         * @description The least role that may have strategy code run, and whether the asker may.
         */
        RunSettingsView: {
            /** Allowed */
            allowed: boolean;
            run_role: components["schemas"]["Role"];
        };
        /**
         * ScenarioView
         * @description What a scenario would bring in all, and by instrument.
         */
        ScenarioView: {
            /**
             * Change
             * Format: decimal
             * @example 98.50
             */
            change: DecimalText;
            /** Name */
            name: string;
            /** Positions */
            positions: {
                [key: string]: DecimalText;
            };
        };
        /**
         * ScheduledCheck
         * @description What the check before a session found.
         */
        ScheduledCheck: {
            /**
             * At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            at: string;
            /** Failed */
            failed: string[];
            /** Go */
            go: boolean;
            /** Session */
            session: string;
        };
        /**
         * ScheduledRelease
         * @description A scheduled release; `instruments` are underlyings or ids, empty for all.
         */
        ScheduledRelease: {
            /**
             * At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            at: string;
            /** Instruments */
            instruments?: string[];
            /** Title */
            title: string;
        };
        /**
         * ScopeBody
         * @description Where it applies; no id for the workspace.
         */
        ScopeBody: {
            /** Id */
            id?: string | null;
            type: components["schemas"]["ScopeType"];
        };
        /**
         * ScopeOf
         * @description A scope in which limits can be set, with its name for people and whether it sets any.
         */
        ScopeOf: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Sets */
            sets: number;
            type: components["schemas"]["ScopeType"];
        };
        /**
         * ScopeType
         * @description At which level a limit or a halt applies.
         * @enum {string}
         */
        ScopeType: "workspace" | "group" | "account" | "strategy";
        /**
         * ScopeView
         * @description Where a limit or a halt applies; `id` is empty for the workspace.
         */
        ScopeView: {
            /**
             * Id
             * @default
             */
            id?: string;
            type: components["schemas"]["ScopeType"];
        };
        /**
         * SearchView
         * @description What was found, the best first, and how the list is that was searched; an account's broker may have none.
         */
        SearchView: {
            /** Colliding */
            colliding: string[];
            /** Items */
            items: components["schemas"]["FoundView"][];
            /** Left Out */
            left_out: number;
            /** Loaded At */
            loaded_at: string | null;
            /** Note */
            note: string;
            /** Reason */
            reason: string;
            /** Rows */
            rows: number;
            state: components["schemas"]["ListState"];
        };
        /**
         * SeriesList
         * @description The catalog's bars.
         */
        SeriesList: {
            /** Items */
            items: components["schemas"]["SeriesView"][];
        };
        /**
         * SeriesView
         * @description Bars that a run can be made on; `name` is what a run names.
         */
        SeriesView: {
            /**
             * First
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            first: string;
            /** Instrument */
            instrument: string;
            /**
             * Last
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            last: string;
            /**
             * Name
             * @example AAPL.XNAS@1D
             */
            name: string;
            /** Rows */
            rows: number;
            /** Source */
            source: string;
            /** Timeframe */
            timeframe: string;
        };
        /**
         * Session
         * @description Who is signed in; `csrf` goes into the X-CSRF-Token header of every unsafe request.
         */
        Session: {
            /** Csrf */
            csrf: string;
            /**
             * Expires At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            expires_at: string;
            /** Stepped Up Until */
            stepped_up_until?: string | null;
            user: components["schemas"]["User"];
            /** Workspaces */
            workspaces: components["schemas"]["WorkspaceRole"][];
        };
        /**
         * SessionEntry
         * @description One signed-in browser of the person.
         */
        SessionEntry: {
            /** Address */
            address: string;
            /** Agent */
            agent: string;
            /**
             * Created At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            created_at: string;
            /** Current */
            current: boolean;
            /** Id */
            id: string;
            /**
             * Last Seen At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            last_seen_at: string;
        };
        /**
         * SessionLife
         * @description How long a session lasts by itself; every state but ACTIVE asks something of a person or tells why.
         * @enum {string}
         */
        SessionLife: "active" | "expiring" | "needs_login" | "dead";
        /**
         * SessionPage
         * @description Signed-in browsers.
         */
        SessionPage: {
            /** Items */
            items: components["schemas"]["SessionEntry"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * Setup
         * @description The first owner, allowed by the one-time link that `up` printed.
         */
        Setup: {
            /** Email */
            email: string;
            /** Name */
            name: string;
            /**
             * Password
             * Format: password
             */
            password: string;
            /** Token */
            token: string;
        };
        /**
         * SetupState
         * @description Whether the desk still waits for its first owner.
         */
        SetupState: {
            /** Needs Owner */
            needs_owner: boolean;
        };
        /**
         * Severity
         * @description How bad a violation is.
         * @enum {string}
         */
        Severity: "warning" | "breach";
        /**
         * Share
         * @description The part of a position that one strategy holds; null is what was traded by hand.
         */
        Share: {
            /**
             * Quantity
             * Format: decimal
             * @example 98.50
             */
            quantity: DecimalText;
            /** Strategy */
            strategy: string | null;
        };
        /**
         * ShareView
         * @description A share of all paths with its 95 % interval.
         */
        ShareView: {
            /** High */
            high: number;
            /** Low */
            low: number;
            /** Share */
            share: number;
        };
        /**
         * Side
         * @description Which way an order changes the position.
         * @enum {string}
         */
        Side: "BUY" | "SELL";
        /**
         * SizeAnswer
         * @description The largest quantity that keeps to the risk and to every rule; `limited_by` is the rule that made it smaller.
         *
         *     `entry` is the price that the risk is reckoned from, `reward` what the target brings in units of that risk.
         */
        SizeAnswer: {
            at_stops: components["schemas"]["AtStopsView"] | null;
            /** Currency */
            currency: string;
            /**
             * Entry
             * Format: decimal
             * @example 98.50
             */
            entry: DecimalText;
            /** Limited By */
            limited_by: string;
            /** Message */
            message: string;
            /**
             * Notional
             * Format: decimal
             * @example 98.50
             */
            notional: DecimalText;
            /**
             * Quantity
             * Format: decimal
             * @example 98.50
             */
            quantity: DecimalText;
            /** Reward */
            reward: DecimalText | null;
            /**
             * Risk
             * Format: decimal
             * @example 98.50
             */
            risk: DecimalText;
            /**
             * Wanted
             * Format: decimal
             * @example 98.50
             */
            wanted: DecimalText;
        };
        /**
         * SizeRequest
         * @description How much may be bought or sold for a risk: money in the account's currency, or percent of its equity.
         *
         *     `terms` are the order's, from which the entry is taken; `entry` alone stands for a limit order at that price.
         */
        SizeRequest: {
            /** Account */
            account: string;
            /** Entry */
            entry?: DecimalText | null;
            /** Instrument */
            instrument: string;
            /** Risk Amount */
            risk_amount?: DecimalText | null;
            /** Risk Percent */
            risk_percent?: DecimalText | null;
            side: components["schemas"]["Side"];
            /**
             * Stop
             * Format: decimal
             * @example 98.50
             */
            stop: DecimalText;
            /** Take Profit */
            take_profit?: DecimalText | null;
            terms?: components["schemas"]["TermsBody"] | null;
        };
        /**
         * SizingBody
         * @description How much: `value` in the unit that `by` names.
         */
        SizingBody: {
            by: components["schemas"]["SizingBy"];
            /**
             * Value
             * Format: decimal
             * @example 98.50
             */
            value: DecimalText;
        };
        /**
         * SizingBy
         * @description In what an intent's size is stated.
         *
         *     quantity: units. notional: money, in the instrument's currency. percent_of_equity: percent of each
         *     account's equity. risk_amount: money lost at the stop, in the instrument's currency. target: the signed
         *     position wanted afterwards. close: percent of the sender's own share of the position (100 is all of it).
         * @enum {string}
         */
        SizingBy: "quantity" | "notional" | "percent_of_equity" | "risk_amount" | "target" | "close";
        /**
         * SizingView
         * @description How much.
         */
        SizingView: {
            by: components["schemas"]["SizingBy"];
            /**
             * Value
             * Format: decimal
             * @example 98.50
             */
            value: DecimalText;
        };
        /**
         * Source
         * @description Where an intent came from.
         * @enum {string}
         */
        Source: "ticket" | "api" | "cli" | "alert" | "strategy" | "schedule" | "repair" | "guardian" | "copy" | "replay";
        /**
         * SourceBody
         * @description A source to be checked.
         */
        SourceBody: {
            /** Source */
            source: string;
        };
        /**
         * Speed
         * @description Market seconds per second; zero pauses.
         */
        Speed: {
            /**
             * Speed
             * Format: decimal
             * @example 98.50
             */
            speed: DecimalText;
        };
        /**
         * SpeedView
         * @description The speed in force.
         */
        SpeedView: {
            /**
             * Speed
             * Format: decimal
             * @example 98.50
             */
            speed: DecimalText;
        };
        /**
         * SquareOff
         * @description What to close: an account, a group's accounts, or the whole workspace; narrowed to an instrument or a strategy.
         */
        SquareOff: {
            /** Account */
            account?: string | null;
            /** Group */
            group?: string | null;
            /** Instrument */
            instrument?: string | null;
            /**
             * Reason
             * @default
             */
            reason?: string;
            /** Strategy */
            strategy?: string | null;
        };
        /**
         * SquareOffReceipt
         * @description The square-offs that are durable now.
         */
        SquareOffReceipt: {
            /** Items */
            items: components["schemas"]["SquareOffView"][];
        };
        /**
         * SquareOffView
         * @description Positions that are being closed.
         */
        SquareOffView: {
            /** Account */
            account: string;
            /** Actor */
            actor: string;
            /** Id */
            id: string;
            /** Instrument */
            instrument: string | null;
            /** Reason */
            reason: string;
            /**
             * Since
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            since: string;
            /** Strategy */
            strategy: string | null;
        };
        /**
         * Stage
         * @description Where an account stands in its plan.
         * @enum {string}
         */
        Stage: "evaluation" | "passed" | "funded" | "payout" | "failed";
        /**
         * StageView
         * @description One timed step: received, durable, allocated, rules, outbox, sent, acknowledged, filled.
         */
        StageView: {
            /**
             * Duration Ms
             * Format: decimal
             * @example 98.50
             */
            duration_ms: DecimalText;
            /** Label */
            label: string;
            /** Name */
            name: string;
            /**
             * Start Ms
             * Format: decimal
             * @example 98.50
             */
            start_ms: DecimalText;
        };
        /**
         * StateView
         * @description What may leave: everything, only what reduces, or only cancels; `scope` is the one that says so.
         */
        StateView: {
            /**
             * Reason
             * @default
             */
            reason?: string;
            scope?: components["schemas"]["ScopeView"] | null;
            state: components["schemas"]["TradingState"];
        };
        /**
         * StepUp
         * @description The password again, which allows dangerous actions for five minutes.
         */
        StepUp: {
            /**
             * Password
             * Format: password
             */
            password: string;
        };
        /**
         * StopBody
         * @description How to stop: with `flatten` its working orders are canceled and what it holds is closed.
         */
        StopBody: {
            /**
             * Flatten
             * @default false
             */
            flatten?: boolean;
        };
        /**
         * Strategy
         * @description A sender of signals.
         */
        Strategy: {
            /** Account */
            account: string | null;
            /** Enabled */
            enabled: boolean;
            /** Group */
            group: string | null;
            /** Id */
            id: string;
            /** Instruments */
            instruments: string[];
            /** Name */
            name: string;
            /** Receiver Name */
            receiver_name: string;
            /** Signal Url */
            signal_url: string;
            /** Templates */
            templates: components["schemas"]["Template"][];
            /**
             * Token Hint
             * @description the token's last characters; the token itself is not kept
             */
            token_hint: string;
            /** Url */
            url: string;
            /** Valid Seconds */
            valid_seconds: number;
        };
        /**
         * StrategyChange
         * @description What to change of a sender; naming a group takes its account away, and the other way round.
         */
        StrategyChange: {
            /** Account */
            account?: string | null;
            /** Enabled */
            enabled?: boolean | null;
            /** Group */
            group?: string | null;
            /** Instruments */
            instruments?: string[] | null;
            /** Name */
            name?: string | null;
            /** Valid Seconds */
            valid_seconds?: number | null;
        };
        /**
         * StrategyFileChange
         * @description What to change of a file beside its source.
         */
        StrategyFileChange: {
            /** Name */
            name: string;
        };
        /**
         * StrategyFileList
         * @description The workspace's files, the one changed last first.
         */
        StrategyFileList: {
            /** Items */
            items: components["schemas"]["StrategyFileView"][];
        };
        /**
         * StrategyFileView
         * @description A strategy file.
         */
        StrategyFileView: {
            /**
             * Changed At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            changed_at: string;
            /** Changed By */
            changed_by: string;
            /**
             * Created At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            created_at: string;
            /**
             * Hash
             * @description SHA-256 of the newest version
             */
            hash: string;
            /** Id */
            id: string;
            /** Latest */
            latest: number;
            /** Name */
            name: string;
        };
        /**
         * StrategyPage
         * @description The workspace's senders.
         */
        StrategyPage: {
            /** Items */
            items: components["schemas"]["Strategy"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * StrategyRunDetail
         * @description One run with the text that it runs.
         */
        StrategyRunDetail: {
            /** Account */
            account: string | null;
            /** Class Name */
            class_name: string;
            /** Code */
            code: string;
            /**
             * Created At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /** Ended At */
            ended_at: string | null;
            /** Group */
            group: string | null;
            /**
             * Hash
             * @description SHA-256 of the file's text
             */
            hash: string;
            /** Id */
            id: string;
            /** Instruments */
            instruments: string[];
            /**
             * Line
             * @description the strategy's own line, where a failure has one
             */
            line: number | null;
            /** Name */
            name: string;
            /** Parameters */
            parameters: {
                [key: string]: boolean | number | string;
            };
            /**
             * Positions
             * @description what it holds, signed, by symbol
             */
            positions: {
                [key: string]: string;
            };
            /** Reason */
            reason: string;
            /** Receiver Name */
            receiver_name: string;
            /** Source */
            source: string;
            /**
             * Status
             * @description running, stopped or failed
             * @example running
             */
            status: string;
            /** Timeframe Seconds */
            timeframe_seconds: number;
        };
        /**
         * StrategyRunList
         * @description The workspace's runs, newest first.
         */
        StrategyRunList: {
            /** Items */
            items: components["schemas"]["StrategyRunView"][];
        };
        /**
         * StrategyRunView
         * @description A strategy at work; its orders are those of the desk's strategy of the same id.
         */
        StrategyRunView: {
            /** Account */
            account: string | null;
            /** Class Name */
            class_name: string;
            /** Code */
            code: string;
            /**
             * Created At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /** Ended At */
            ended_at: string | null;
            /** Group */
            group: string | null;
            /**
             * Hash
             * @description SHA-256 of the file's text
             */
            hash: string;
            /** Id */
            id: string;
            /** Instruments */
            instruments: string[];
            /**
             * Line
             * @description the strategy's own line, where a failure has one
             */
            line: number | null;
            /** Name */
            name: string;
            /** Parameters */
            parameters: {
                [key: string]: boolean | number | string;
            };
            /**
             * Positions
             * @description what it holds, signed, by symbol
             */
            positions: {
                [key: string]: string;
            };
            /** Reason */
            reason: string;
            /** Receiver Name */
            receiver_name: string;
            /**
             * Status
             * @description running, stopped or failed
             * @example running
             */
            status: string;
            /** Timeframe Seconds */
            timeframe_seconds: number;
        };
        /**
         * StrategyTemplateList
         * @description Strategies to start from.
         */
        StrategyTemplateList: {
            /** Items */
            items: components["schemas"]["TemplateView"][];
        };
        /**
         * StressRequest
         * @description A scenario of one's own: `market` moves everything (times beta with a benchmark), `by_instrument` exactly.
         */
        StressRequest: {
            /** Account */
            account?: string | null;
            /** Benchmark */
            benchmark?: string | null;
            /** By Instrument */
            by_instrument?: {
                [key: string]: DecimalText;
            };
            /**
             * Market
             * Format: decimal
             * @example 98.50
             */
            market: DecimalText;
            /**
             * Name
             * @default own scenario
             */
            name?: string;
        };
        /**
         * SurvivalView
         * @description How a run's days, drawn again and again, fare under a rulebook; money in the rulebook's currency.
         *
         *     `scale` is what the run's money was multiplied by, `days` how many of the firm's days it has. `balances` holds for
         *     each day from the start on the balance at the `levels` of probability; an ended path stands still. `reasons` splits
         *     the failed paths. Days to an end are means over the paths concerned.
         */
        SurvivalView: {
            /** Balances */
            balances: number[][];
            /** Bars Per Day */
            bars_per_day: number;
            /** Days */
            days: number;
            /** Days To Fail */
            days_to_fail: number | null;
            /** Days To Pass */
            days_to_pass: number | null;
            failed: components["schemas"]["ShareView"];
            /** Floor */
            floor: number;
            /** Levels */
            levels: number[];
            /** Longest */
            longest: number;
            open: components["schemas"]["ShareView"];
            passed: components["schemas"]["ShareView"];
            /** Paths */
            paths: number;
            /** Reasons */
            reasons: {
                [key: string]: number;
            };
            /** Rulebook */
            rulebook: string;
            /** Scale */
            scale: number;
            /** Seed */
            seed: number;
            /** Start */
            start: number;
            /** Target */
            target: number | null;
        };
        /**
         * SweepView
         * @description A sweep's rows by column, the parameters first; at most 10,000 of `rows`.
         *
         *     `deflated_sharpe` is the probability that the best Sharpe ratio is more than luck over so many trials,
         *     `probability_of_overfitting` that the best of one half of the time is below the middle in the other.
         */
        SweepView: {
            /** Columns */
            columns: {
                [key: string]: (number | string | boolean | null)[];
            };
            /** Deflated Sharpe */
            deflated_sharpe: number | null;
            /** Parameters */
            parameters: string[];
            /** Probability Of Overfitting */
            probability_of_overfitting: number | null;
            /** Rows */
            rows: number;
            /** Speed */
            speed: string;
            /** Why */
            why: string;
        };
        /**
         * SymbolsBody
         * @description The broker's own symbols.
         */
        SymbolsBody: {
            /** Symbols */
            symbols: string[];
        };
        /**
         * TailView
         * @description Value at risk and what is lost on average beyond it; losses are positive.
         */
        TailView: {
            /**
             * Cvar
             * Format: decimal
             * @example 98.50
             */
            cvar: DecimalText;
            /**
             * Var
             * Format: decimal
             * @example 98.50
             */
            var: DecimalText;
        };
        /**
         * Template
         * @description A message body to paste into the sender's alert dialog.
         */
        Template: {
            /** Body */
            body: string;
            /** Description */
            description: string;
            /**
             * Format
             * @example json
             */
            format: string;
            /** Name */
            name: string;
        };
        /**
         * TemplateView
         * @description A strategy to start from.
         */
        TemplateView: {
            /** About */
            about: string;
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Source */
            source: string;
        };
        /**
         * TermsBody
         * @description How the orders are to be worked.
         */
        TermsBody: {
            /** Expires At */
            expires_at?: string | null;
            /** Limit Price */
            limit_price?: DecimalText | null;
            /** @default MARKET */
            order_type?: components["schemas"]["OrderType"];
            /** Stop Price */
            stop_price?: DecimalText | null;
            /** @default DAY */
            time_in_force?: components["schemas"]["TimeInForce"];
            /** Trail Amount */
            trail_amount?: DecimalText | null;
            /** Trail Percent */
            trail_percent?: DecimalText | null;
        };
        /**
         * TermsView
         * @description How an order is worked.
         */
        TermsView: {
            /** Expires At */
            expires_at?: string | null;
            /** Limit Price */
            limit_price?: DecimalText | null;
            order_type: components["schemas"]["OrderType"];
            /** Stop Price */
            stop_price?: DecimalText | null;
            time_in_force: components["schemas"]["TimeInForce"];
            /** Trail Amount */
            trail_amount?: DecimalText | null;
            /** Trail Percent */
            trail_percent?: DecimalText | null;
        };
        /**
         * Ticket
         * @description Good for one connection within 30 seconds.
         */
        Ticket: {
            /**
             * Expires In
             * @default 30
             */
            expires_in?: number;
            /**
             * Ticket
             * @example bws_…
             */
            ticket: string;
        };
        /**
         * TicketRequest
         * @description The workspace to listen to.
         */
        TicketRequest: {
            /** Workspace */
            workspace: string;
        };
        /**
         * TimeInForce
         * @description How long an order stays working.
         * @enum {string}
         */
        TimeInForce: "DAY" | "GTC" | "GTD" | "IOC" | "FOK";
        /**
         * TradingState
         * @description What may leave a scope: everything, only what reduces, or only cancels.
         * @enum {string}
         */
        TradingState: "active" | "reduce_only" | "halted";
        /**
         * TripList
         * @description The first 5,000 of `total` round trips in their order.
         */
        TripList: {
            /** Items */
            items: components["schemas"]["TripView"][];
            /** Total */
            total: number;
        };
        /**
         * TripView
         * @description A round trip; MAE and MFE are the worst and best open profit per entry notional.
         */
        TripView: {
            /** Bars */
            bars: number;
            /** Entry At */
            entry_at: number;
            /** Entry Price */
            entry_price: number;
            /** Exit At */
            exit_at: number;
            /** Exit Price */
            exit_price: number;
            /** Fees */
            fees: number;
            /** Mae Share */
            mae_share: number | null;
            /** Mfe Share */
            mfe_share: number | null;
            /** Number */
            number: number;
            /** Profit */
            profit: number;
            /** Quantity */
            quantity: number;
            /** Return On Entry */
            return_on_entry: number | null;
            /** Side */
            side: string;
            /** Symbol */
            symbol: string;
        };
        /**
         * TroubleView
         * @description Something that went wrong lately.
         */
        TroubleView: {
            /**
             * At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            at: string;
            /** Code */
            code: string;
            /** Sentence */
            sentence: string;
            /** What */
            what: string;
        };
        /**
         * User
         * @description A person.
         */
        User: {
            /** Email */
            email: string;
            /** Id */
            id: string;
            /** Name */
            name: string;
        };
        /**
         * UserEntry
         * @description A person of the workspace.
         */
        UserEntry: {
            /**
             * Created At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            created_at: string;
            /** Email */
            email: string;
            /** Id */
            id: string;
            /** Name */
            name: string;
            role: components["schemas"]["Role"];
        };
        /**
         * UserPage
         * @description The workspace's people.
         */
        UserPage: {
            /** Items */
            items: components["schemas"]["UserEntry"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * ValidationView
         * @description What a file holds and what is wrong with it; found by reading, nothing was run.
         */
        ValidationView: {
            /** Findings */
            findings: components["schemas"]["FindingView"][];
            /** Runs */
            runs: boolean;
            /** Strategies */
            strategies: components["schemas"]["OutlineView"][];
        };
        /**
         * Verdict
         * @description How a check came out: only a fail makes an account a NO-GO.
         * @enum {string}
         */
        Verdict: "pass" | "warn" | "fail";
        /**
         * VersionDetail
         * @description A version with its source and what a reading of it found.
         */
        VersionDetail: {
            /**
             * Created At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /** Hash */
            hash: string;
            /**
             * Id
             * @description the file's id
             */
            id: string;
            /** Latest */
            latest: number;
            /** Name */
            name: string;
            /** Note */
            note: string;
            /** Source */
            source: string;
            validation: components["schemas"]["ValidationView"];
            /** Version */
            version: number;
        };
        /**
         * VersionList
         * @description A file's versions, newest first.
         */
        VersionList: {
            /** Items */
            items: components["schemas"]["VersionView"][];
        };
        /**
         * VersionView
         * @description A version without its source.
         */
        VersionView: {
            /**
             * Created At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /** Hash */
            hash: string;
            /** Note */
            note: string;
            /** Version */
            version: number;
        };
        /**
         * ViolationList
         * @description Violations, newest first.
         */
        ViolationList: {
            /** Items */
            items: components["schemas"]["ViolationView"][];
        };
        /**
         * ViolationNote
         * @description What somebody says of a violation.
         */
        ViolationNote: {
            /**
             * Note
             * @default
             */
            note?: string;
        };
        /**
         * ViolationView
         * @description A limit that was neared or reached, what was done, and what people said of it.
         */
        ViolationView: {
            /** Account */
            account: string;
            /** Account Name */
            account_name: string;
            /** Acknowledged At */
            acknowledged_at: string | null;
            /** Acknowledged By */
            acknowledged_by: string;
            action: components["schemas"]["BreachAction"];
            /** Current */
            current: string;
            /** Id */
            id: string;
            /** Limit */
            limit: string;
            /** Message */
            message: string;
            /** Note */
            note: string;
            /**
             * Opened At
             * Format: date-time
             * @example 2026-11-21T14:30:00.000000Z
             */
            opened_at: string;
            /** Resolved At */
            resolved_at: string | null;
            /** Resolved By */
            resolved_by: string;
            /** Rule */
            rule: string;
            /** Session */
            session: string | null;
            severity: components["schemas"]["Severity"];
            /**
             * State
             * @example open
             * @example acknowledged
             * @example resolved
             */
            state: string;
            /** Unit */
            unit: string;
        };
        /**
         * Window
         * @description A stretch of the week in local time; `days` from 0 (Monday), `end` on the next day where it is not later.
         */
        Window: {
            /** Days */
            days: number[];
            /**
             * End
             * Format: time
             */
            end: string;
            /**
             * Start
             * Format: time
             */
            start: string;
            /**
             * Zone
             * @example America/Chicago
             */
            zone: string;
        };
        /**
         * Workspace
         * @description The workspace that is looked at; `mode` is live when any enabled account is.
         */
        Workspace: {
            /** Currency */
            currency: string;
            /** Id */
            id: string;
            /**
             * Mode
             * @example paper
             */
            mode: string;
            /** Name */
            name: string;
        };
        /**
         * WorkspaceRole
         * @description A workspace that the person may enter, and as what.
         */
        WorkspaceRole: {
            /** Currency */
            currency: string;
            /** Id */
            id: string;
            /** Name */
            name: string;
            role: components["schemas"]["Role"];
        };
        /**
         * YearView
         * @description A year's return.
         */
        YearView: {
            /** Benchmark */
            benchmark: number | null;
            /** Value */
            value: number | null;
            /** Year */
            year: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_keys_api_v1_api_keys_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyPage"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_key_api_v1_api_keys_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewApiKey"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedApiKey"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_key_api_v1_api_keys__id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_audit_api_v1_audit_get: {
        parameters: {
            query?: {
                /** @description the `next_cursor` of the part before */
                cursor?: string | null;
                /** @description how many items at most */
                limit?: number;
                workspace?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    take_alert: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "action": "buy",
                 *       "id": "1-2026-11-21T14:30:00Z",
                 *       "quantity": "10",
                 *       "symbol": "AAPL",
                 *       "token": "bwt_…"
                 *     }
                 */
                "application/json": Record<string, never>;
                /** @example bwt_… buy AAPL 10 limit 98.5 stop 95 id abc */
                "text/plain": string;
            };
        };
        responses: {
            /** @description Durable */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertReceipt"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    check_reach: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallerView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    take_postback: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Heard */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    take_signal: {
        parameters: {
            query?: never;
            header: {
                "X-Signature": string;
            };
            path: {
                strategy: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "action": "buy",
                 *       "id": "1-2026-11-21T14:30:00Z",
                 *       "quantity": "10",
                 *       "symbol": "AAPL"
                 *     }
                 */
                "application/json": Record<string, never>;
                /** @example bwt_… buy AAPL 10 limit 98.5 stop 95 id abc */
                "text/plain": string;
            };
        };
        responses: {
            /** @description Durable */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertReceipt"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_session_api_v1_session_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_in_api_v1_session_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Login"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_out_api_v1_session_delete: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_password_api_v1_session_password_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    step_up_api_v1_session_step_up_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StepUp"];
            };
        };
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_sessions_api_v1_sessions_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionPage"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_session_api_v1_sessions__id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_setup_api_v1_setup_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetupState"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    finish_setup_api_v1_setup_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Setup"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    make_ticket_api_v1_stream_ticket_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_accounts_api_v1_w__workspace__accounts_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountList"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    open_account_api_v1_w__workspace__accounts_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAccount"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountDetail"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_account_api_v1_w__workspace__accounts__id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountDetail"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_account_api_v1_w__workspace__accounts__id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountDetail"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    arm_account_api_v1_w__workspace__accounts__id__arm_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ArmBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountDetail"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_connection_api_v1_w__workspace__accounts__id__connection_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectionView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_credential_api_v1_w__workspace__accounts__id__connection_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CredentialBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectionView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    forget_credential_api_v1_w__workspace__accounts__id__connection_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    turn_kill_switch_api_v1_w__workspace__accounts__id__connection_kill_switch_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KillSwitchBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KillSwitchView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reconnect_api_v1_w__workspace__accounts__id__connection_reconnect_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectionView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_instruments_api_v1_w__workspace__accounts__id__instruments_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SymbolsBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListedView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    search_instruments_api_v1_w__workspace__accounts__id__instruments_search_get: {
        parameters: {
            query?: {
                limit?: number;
                q?: string;
            };
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_chain_api_v1_w__workspace__accounts__id__options_chain_get: {
        parameters: {
            query: {
                expiry?: string | null;
                strikes?: number;
                underlying: string;
            };
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChainView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_expiries_api_v1_w__workspace__accounts__id__options_expiries_get: {
        parameters: {
            query: {
                underlying: string;
            };
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExpiriesView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    test_alert_api_v1_w__workspace__alerts_test_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AlertTest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertTrial"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_backtests_api_v1_w__workspace__backtests_get: {
        parameters: {
            query?: {
                /** @description the `next_cursor` of the part before */
                cursor?: string | null;
                /** @description how many items at most */
                limit?: number;
                strategy?: string | null;
            };
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunPage"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    start_backtest_api_v1_w__workspace__backtests_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_backtest_api_v1_w__workspace__backtests__id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunDetail"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_backtest_api_v1_w__workspace__backtests__id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_backtest_bars_api_v1_w__workspace__backtests__id__bars_get: {
        parameters: {
            query?: {
                /** @description seconds since 1970 in UTC */
                end?: number | null;
                /** @description seconds since 1970 in UTC */
                start?: number | null;
                /** @description the run's first unless given */
                symbol?: string | null;
            };
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunBars"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_backtest_api_v1_w__workspace__backtests__id__cancel_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    download_backtest_api_v1_w__workspace__backtests__id__files__file__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description tear-sheet.html, heat-map.html, result.json, strategy.py, tables.csv.zip or tables.parquet.zip */
                file: string;
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_backtest_result_api_v1_w__workspace__backtests__id__result_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResultView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_backtest_round_trips_api_v1_w__workspace__backtests__id__round_trips_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TripList"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_backtest_survival_api_v1_w__workspace__backtests__id__survival_get: {
        parameters: {
            query?: {
                /** @description how much larger than plan size over cash to trade */
                factor?: number;
                /** @description days after which a path is left open */
                longest?: number;
                paths?: number;
                /** @description id of a rulebook, as /funded/rulebooks lists them */
                plan?: string | null;
                seed?: number;
            };
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SurvivalView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_sweep_api_v1_w__workspace__backtests__id__sweep_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SweepView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    compare_backtests_api_v1_w__workspace__backtests_compare_get: {
        parameters: {
            query: {
                /** @description ids of finished runs */
                run: string[];
            };
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Comparison"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_backtest_data_api_v1_w__workspace__backtests_data_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SeriesList"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_backtest_settings_api_v1_w__workspace__backtests_settings_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunSettingsView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_backtest_settings_api_v1_w__workspace__backtests_settings_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunSettings"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunSettingsView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_brokers_api_v1_w__workspace__brokers_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BrokerList"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    connect_account_api_v1_w__workspace__brokers__broker__accounts_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                broker: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConnectBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountDetail"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    probe_broker_api_v1_w__workspace__brokers__broker__probe_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                broker: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CredentialBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProbeView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_intent_api_v1_w__workspace__export_intents__id__json_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IntentExport"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_intent_text_api_v1_w__workspace__export_intents__id__txt_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_fills_api_v1_w__workspace__fills_get: {
        parameters: {
            query?: {
                account?: string | null;
                /** @description the `next_cursor` of the part before */
                cursor?: string | null;
                /** @description how many items at most */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FillPage"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_funded_api_v1_w__workspace__funded_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FundedList"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_funded_api_v1_w__workspace__funded__id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FundedDetail"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    attach_api_v1_w__workspace__funded__id__attach_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Attach"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FundedDetail"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    detach_api_v1_w__workspace__funded__id__detach_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pay_out_api_v1_w__workspace__funded__id__payout_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PayoutRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FundedDetail"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_rulebooks_api_v1_w__workspace__funded_rulebooks_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RulebookList"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    write_rulebook_file_api_v1_w__workspace__funded_rulebooks_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RulebookText"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RulebookList"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_rulebook_file_api_v1_w__workspace__funded_rulebooks__id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RulebookFile"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_groups_api_v1_w__workspace__groups_get: {
        parameters: {
            query?: {
                /** @description the `next_cursor` of the part before */
                cursor?: string | null;
                /** @description how many items at most */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GroupPage"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_group_api_v1_w__workspace__groups_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GroupBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Group"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_group_api_v1_w__workspace__groups__id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Group"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_group_api_v1_w__workspace__groups__id__put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GroupBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Group"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_group_api_v1_w__workspace__groups__id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    group_standing_api_v1_w__workspace__groups__id__standing_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GroupStanding"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    preview_group_api_v1_w__workspace__groups_preview_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GroupPreview"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preview"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    group_standings_api_v1_w__workspace__groups_standing_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GroupStandings"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_guardian_api_v1_w__workspace__guardian_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GuardianView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    halt_api_v1_w__workspace__halt_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Halt"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HaltReceipt"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_instruments_api_v1_w__workspace__instruments_get: {
        parameters: {
            query?: {
                /** @description the `next_cursor` of the part before */
                cursor?: string | null;
                /** @description how many items at most */
                limit?: number;
                q?: string;
            };
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InstrumentPage"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_bars_api_v1_w__workspace__instruments__id__bars_get: {
        parameters: {
            query?: {
                count?: number;
                seconds?: components["schemas"]["BarSeconds"];
                until?: string | null;
            };
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BarPage"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_intents_api_v1_w__workspace__intents_get: {
        parameters: {
            query?: {
                /** @description the `next_cursor` of the part before */
                cursor?: string | null;
                instrument?: string | null;
                /** @description how many items at most */
                limit?: number;
                source?: components["schemas"]["Source"] | null;
            };
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IntentPage"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    take_intent: {
        parameters: {
            query?: never;
            header: {
                "Idempotency-Key": string;
                "X-Client"?: "api" | "cli";
            };
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "group": "all-five",
                 *       "instrument": "AAPL.XNAS",
                 *       "side": "BUY",
                 *       "sizing": {
                 *         "by": "quantity",
                 *         "value": "100"
                 *       },
                 *       "terms": {
                 *         "limit_price": "98.50",
                 *         "order_type": "LIMIT",
                 *         "time_in_force": "DAY"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["IntentRequest"];
            };
        };
        responses: {
            /** @description Durable */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IntentReceipt"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_intent_api_v1_w__workspace__intents__id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IntentDetail"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replay_intent_api_v1_w__workspace__intents_replay_post: {
        parameters: {
            query?: never;
            header: {
                "Idempotency-Key": string;
            };
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplayBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IntentReceipt"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    preview_replay_api_v1_w__workspace__intents_replay_preview_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplayBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preview"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_journal_api_v1_w__workspace__journal_get: {
        parameters: {
            query?: {
                /** @description only sequences above this one */
                after?: number;
                /** @description the `next_cursor` of the part before */
                cursor?: string | null;
                intent?: string | null;
                kind?: string | null;
                /** @description how many items at most */
                limit?: number;
                order?: components["schemas"]["Direction"];
            };
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JournalPage"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_limits_api_v1_w__workspace__limits__scope_type___id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                scope_type: components["schemas"]["ScopeType"];
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LimitsView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_limits_api_v1_w__workspace__limits__scope_type___id__put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                scope_type: components["schemas"]["ScopeType"];
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LimitsChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LimitsView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drop_plan_api_v1_w__workspace__limits__scope_type___id__drop_plan_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                scope_type: components["schemas"]["ScopeType"];
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlanDrop"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LimitsHistory"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_history_api_v1_w__workspace__limits__scope_type___id__history_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                scope_type: components["schemas"]["ScopeType"];
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LimitsHistory"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_catalog_api_v1_w__workspace__limits_catalog_get: {
        parameters: {
            query?: {
                /** @description whose equity profiles are reckoned from */
                account?: string | null;
            };
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LimitsCatalog"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_workspace_limits_api_v1_w__workspace__limits_workspace_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LimitsView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_workspace_limits_api_v1_w__workspace__limits_workspace_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LimitsChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LimitsView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drop_workspace_plan_api_v1_w__workspace__limits_workspace_drop_plan_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlanDrop"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LimitsHistory"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_workspace_history_api_v1_w__workspace__limits_workspace_history_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LimitsHistory"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_logins_api_v1_w__workspace__logins_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginList"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    log_in_api_v1_w__workspace__logins__id__post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_speed_api_v1_w__workspace__market_speed_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Speed"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SpeedView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_orders_api_v1_w__workspace__orders_get: {
        parameters: {
            query?: {
                account?: string | null;
                /** @description the `next_cursor` of the part before */
                cursor?: string | null;
                instrument?: string | null;
                /** @description how many items at most */
                limit?: number;
                state?: components["schemas"]["Openness"];
            };
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderPage"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_order_api_v1_w__workspace__orders__id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderDetail"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_order_api_v1_w__workspace__orders__id__cancel_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    order_candidates_api_v1_w__workspace__orders__id__candidates_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CandidateList"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    confirm_dead_api_v1_w__workspace__orders__id__confirm_dead_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfirmDead"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    identify_order_api_v1_w__workspace__orders__id__identify_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Identify"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replace_order_api_v1_w__workspace__orders__id__replace_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Replace"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_all_api_v1_w__workspace__orders_cancel_all_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CancelAll"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Requested"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_overview_api_v1_w__workspace__overview_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overview"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_positions_api_v1_w__workspace__positions_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PositionPage"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    preview_intent_api_v1_w__workspace__preview_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IntentRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preview"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    preview_margin_api_v1_w__workspace__preview_margin_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MarginRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MarginAnswer"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_quotes_api_v1_w__workspace__quotes_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotePage"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_readiness_api_v1_w__workspace__readiness_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Board"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    repair_api_v1_w__workspace__readiness__id__repair_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RepairBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Board"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_reconciliation_api_v1_w__workspace__reconciliation_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReconciliationList"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reconciliation_history_api_v1_w__workspace__reconciliation_history_get: {
        parameters: {
            query?: {
                account?: string | null;
                /** @description the `next_cursor` of the part before */
                cursor?: string | null;
                handling?: components["schemas"]["Handling"] | null;
                /** @description how many items at most */
                limit?: number;
                type?: components["schemas"]["BreakType"] | null;
            };
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PassPage"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reconcile_now_api_v1_w__workspace__reconciliation_now_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Ask"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["bidwell__server__reconciliation__schemas__Asked"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    release_api_v1_w__workspace__release_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Release"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HaltReceipt"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_risk_api_v1_w__workspace__risk_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RiskStatus"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dry_run_api_v1_w__workspace__risk_dry_run_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DryRun"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preview"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    judge_edge_api_v1_w__workspace__risk_edge_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EdgeRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EdgeAnswer"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_greeks_api_v1_w__workspace__risk_greeks_get: {
        parameters: {
            query?: {
                account?: string | null;
                /** @description a year's, continuous, such as 0.04 */
                rate?: string;
            };
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GreeksView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_portfolio_api_v1_w__workspace__risk_portfolio_get: {
        parameters: {
            query?: {
                account?: string | null;
                /** @description the instrument that betas are measured against */
                benchmark?: string | null;
                /** @description such as 0.95 */
                confidence?: string;
                /** @description days */
                horizon?: number;
            };
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PortfolioView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_releases_api_v1_w__workspace__risk_releases_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleaseCalendarView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_releases_api_v1_w__workspace__risk_releases_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReleaseCalendar"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleaseCalendarView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    write_releases_api_v1_w__workspace__risk_releases_text_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReleaseText"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleaseCalendarView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    size_api_v1_w__workspace__risk_size_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SizeRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SizeAnswer"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    square_off_api_v1_w__workspace__risk_square_off_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SquareOff"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SquareOffReceipt"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stop_square_off_api_v1_w__workspace__risk_square_off__id__stop_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RiskStatus"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stress_api_v1_w__workspace__risk_stress_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StressRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScenarioView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_violations_api_v1_w__workspace__risk_violations_get: {
        parameters: {
            query?: {
                account?: string | null;
                /** @description open: what is not resolved */
                state?: "open" | "all";
            };
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ViolationList"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acknowledge_api_v1_w__workspace__risk_violations__id__acknowledge_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ViolationNote"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ViolationView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resolve_api_v1_w__workspace__risk_violations__id__resolve_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ViolationNote"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ViolationView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_strategies_api_v1_w__workspace__strategies_get: {
        parameters: {
            query?: {
                /** @description the `next_cursor` of the part before */
                cursor?: string | null;
                /** @description how many items at most */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StrategyPage"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_strategy_api_v1_w__workspace__strategies_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewStrategy"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedStrategy"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_strategy_api_v1_w__workspace__strategies__id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Strategy"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_strategy_api_v1_w__workspace__strategies__id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_strategy_api_v1_w__workspace__strategies__id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StrategyChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Strategy"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_alerts_api_v1_w__workspace__strategies__id__alerts_get: {
        parameters: {
            query?: {
                /** @description the `next_cursor` of the part before */
                cursor?: string | null;
                /** @description how many items at most */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertPage"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotate_token_api_v1_w__workspace__strategies__id__rotate_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedToken"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_strategy_files_api_v1_w__workspace__strategy_files_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StrategyFileList"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_strategy_file_api_v1_w__workspace__strategy_files_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewStrategyFile"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionDetail"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_strategy_file_api_v1_w__workspace__strategy_files__id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionDetail"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_strategy_file_api_v1_w__workspace__strategy_files__id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rename_strategy_file_api_v1_w__workspace__strategy_files__id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StrategyFileChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StrategyFileView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    download_strategy_file_api_v1_w__workspace__strategy_files__id__file_py_get: {
        parameters: {
            query?: {
                /** @description the newest unless given */
                version?: number | null;
            };
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_strategy_versions_api_v1_w__workspace__strategy_files__id__versions_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionList"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_strategy_version_api_v1_w__workspace__strategy_files__id__versions_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewVersion"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionDetail"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_strategy_version_api_v1_w__workspace__strategy_files__id__versions__version__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                version: number;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionDetail"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    check_strategy_source_api_v1_w__workspace__strategy_files_check_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SourceBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ValidationView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_strategy_templates_api_v1_w__workspace__strategy_files_templates_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StrategyTemplateList"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_strategy_runs_api_v1_w__workspace__strategy_runs_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StrategyRunList"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    start_strategy_run_api_v1_w__workspace__strategy_runs_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewStrategyRun"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StrategyRunView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_strategy_run_api_v1_w__workspace__strategy_runs__id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StrategyRunDetail"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_strategy_run_api_v1_w__workspace__strategy_runs__id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_strategy_run_log_api_v1_w__workspace__strategy_runs__id__log_get: {
        parameters: {
            query?: {
                /** @description number of the last line known; -1: the newest */
                after?: number;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunLog"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume_strategy_run_api_v1_w__workspace__strategy_runs__id__resume_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StrategyRunView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stop_strategy_run_api_v1_w__workspace__strategy_runs__id__stop_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StopBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StrategyRunView"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_users_api_v1_w__workspace__users_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserPage"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_user_api_v1_w__workspace__users_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserEntry"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_user_api_v1_w__workspace__users__id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_role_api_v1_w__workspace__users__id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the workspace's id */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RoleChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserEntry"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    live_health_live_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Live"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ready_health_ready_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    metrics_metrics_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong, with a stable code */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
