#!/usr/bin/env escript
%%! -kernel logger_level none
%% Prints what the real OTP supervisor did in forty drawn scenarios: several kills, mixed restart types.
-mode(compile).
-export([init/1, boot/2]).

main(_) ->
    process_flag(trap_exit, true),
    lists:foreach(fun mixed/1, [{"mixed_0", rest_for_one, [temporary,permanent,transient,temporary], 0, [{c,crash}]},
{"mixed_1", one_for_all, [transient,permanent,permanent,permanent], 2, [{d,shutdown},{d,crash},{b,normal}]},
{"mixed_2", one_for_all, [transient,permanent,temporary,temporary], 1, [{d,crash},{b,crash},{a,crash},{a,crash}]},
{"mixed_3", one_for_all, [temporary,transient,transient,temporary], 1, [{b,crash},{a,normal},{b,crash}]},
{"mixed_4", one_for_one, [permanent,temporary,temporary,transient], 1, [{b,normal},{d,crash},{c,shutdown}]},
{"mixed_5", one_for_one, [transient,temporary,permanent,temporary], 0, [{d,normal},{b,crash}]},
{"mixed_6", rest_for_one, [permanent,transient,permanent,permanent], 0, [{a,normal}]},
{"mixed_7", rest_for_one, [transient,temporary,temporary,transient], 0, [{a,crash},{a,shutdown},{c,crash},{a,crash}]},
{"mixed_8", one_for_all, [transient,temporary,permanent,temporary], 0, [{a,crash},{b,crash},{a,crash}]},
{"mixed_9", rest_for_one, [temporary,temporary,permanent,transient], 0, [{d,normal},{a,shutdown}]},
{"mixed_10", one_for_one, [permanent,permanent,permanent,permanent], 0, [{b,shutdown},{b,crash},{d,shutdown}]},
{"mixed_11", one_for_one, [permanent,temporary,transient,transient], 2, [{c,crash}]},
{"mixed_12", rest_for_one, [transient,permanent,temporary,temporary], 0, [{a,normal}]},
{"mixed_13", one_for_all, [transient,temporary,transient,transient], 1, [{a,crash},{d,crash},{a,crash},{c,crash}]},
{"mixed_14", one_for_all, [transient,temporary,permanent,permanent], 3, [{b,crash}]},
{"mixed_15", rest_for_one, [temporary,permanent,temporary,transient], 2, [{d,crash},{b,shutdown},{d,shutdown}]},
{"mixed_16", one_for_one, [transient,permanent,temporary,transient], 1, [{b,crash},{c,shutdown},{c,shutdown}]},
{"mixed_17", rest_for_one, [permanent,transient,permanent,permanent], 0, [{a,crash},{d,crash},{b,normal}]},
{"mixed_18", one_for_one, [temporary,transient,transient,temporary], 1, [{a,crash},{d,shutdown}]},
{"mixed_19", one_for_all, [transient,temporary,temporary,temporary], 3, [{c,crash},{d,normal},{c,crash}]},
{"mixed_20", rest_for_one, [temporary,permanent,transient,permanent], 2, [{c,crash},{a,normal},{a,crash}]},
{"mixed_21", one_for_all, [permanent,temporary,temporary,temporary], 0, [{d,crash},{b,crash},{c,crash}]},
{"mixed_22", one_for_one, [transient,transient,permanent,temporary], 2, [{a,crash},{c,normal},{a,crash}]},
{"mixed_23", one_for_one, [transient,permanent,temporary,permanent], 3, [{d,shutdown},{a,crash},{c,shutdown},{b,shutdown}]},
{"mixed_24", rest_for_one, [temporary,transient,permanent,permanent], 3, [{b,normal},{a,crash}]},
{"mixed_25", one_for_all, [transient,permanent,transient,temporary], 1, [{a,crash},{b,normal},{b,normal},{d,shutdown},{a,normal}]},
{"mixed_26", rest_for_one, [permanent,temporary,temporary,transient], 1, [{b,crash},{c,shutdown},{b,normal}]},
{"mixed_27", rest_for_one, [permanent,permanent,temporary,temporary], 1, [{a,crash},{c,shutdown},{a,crash},{d,shutdown},{d,crash}]},
{"mixed_28", one_for_one, [permanent,transient,temporary,temporary], 1, [{c,crash},{b,normal},{b,crash},{a,shutdown},{d,normal}]},
{"mixed_29", rest_for_one, [temporary,permanent,temporary,permanent], 3, [{a,crash},{c,crash},{c,normal},{c,normal}]},
{"mixed_30", rest_for_one, [temporary,permanent,temporary,transient], 1, [{a,crash}]},
{"mixed_31", one_for_one, [temporary,permanent,temporary,transient], 2, [{a,crash},{b,shutdown},{d,crash},{c,shutdown}]},
{"mixed_32", one_for_all, [permanent,transient,permanent,permanent], 0, [{a,crash},{c,crash},{b,crash},{b,normal},{a,crash}]},
{"mixed_33", one_for_one, [transient,temporary,temporary,temporary], 1, [{c,normal},{b,normal},{a,crash},{a,shutdown}]},
{"mixed_34", one_for_one, [permanent,temporary,transient,permanent], 3, [{c,crash},{b,normal}]},
{"mixed_35", one_for_one, [permanent,permanent,permanent,permanent], 2, [{b,normal},{c,normal},{a,normal},{a,shutdown},{a,normal}]},
{"mixed_36", rest_for_one, [transient,transient,transient,permanent], 0, [{a,crash}]},
{"mixed_37", rest_for_one, [transient,transient,transient,transient], 0, [{c,crash},{d,crash},{a,shutdown},{a,normal},{a,crash}]},
{"mixed_38", one_for_all, [temporary,permanent,transient,transient], 0, [{c,crash}]},
{"mixed_39", rest_for_one, [permanent,temporary,temporary,temporary], 1, [{b,shutdown}]}]).

mixed({Name, Strategy, Kinds, MaxR, Kills}) ->
    Ids = [a, b, c, d],
    {ok, Sup} = supervisor:start_link(?MODULE, {Strategy, MaxR, 5, [spec(self(), R, I) || {I, R} <- lists:zip(Ids, Kinds)]}),
    events(),
    All = [one(Sup, K) || K <- Kills],
    Events = lists:append([E || {E, _} <- All]),
    Alive = [A || {_, A} <- All],
    After = case is_process_alive(Sup) of true -> [[I, up(P)] || {I, P, _, _} <- lists:sort(supervisor:which_children(Sup))]; false -> [] end,
    io:format("{\"name\": ~p, \"strategy\": \"~p\", \"restart\": [~s], \"max_r\": ~p, \"max_t_s\": 5, \"children\": [\"a\", \"b\", \"c\", \"d\"], "
      "\"kill\": [~s], \"reason\": [~s], \"events\": ~s, \"after\": ~s, \"supervisor_alive_after_each\": ~w}~n",
      [Name, Strategy, quoted(Kinds), MaxR, quoted([V || {V, _} <- Kills]), quoted([R || {_, R} <- Kills]), pairs(Events), pairs(After), Alive]),
    unlink(Sup), exit(Sup, shutdown), events().

quoted(L) -> lists:join(", ", [io_lib:format("\"~p\"", [X]) || X <- L]).

one(Sup, {Victim, Reason}) ->
    case is_process_alive(Sup) of
        false -> {[], false};
        true ->
            case lists:keyfind(Victim, 1, supervisor:which_children(Sup)) of
                {_, P, _, _} when is_pid(P) -> P ! {die, Reason};
                _ -> ok
            end,
            E = events(), {E, is_process_alive(Sup)}
    end.

init({Strategy, MaxR, MaxT, Kids}) ->
    {ok, {#{strategy => Strategy, intensity => MaxR, period => MaxT}, Kids}}.

spec(Log, Restart, Id) ->
    #{id => Id, start => {?MODULE, boot, [Log, Id]}, restart => Restart, shutdown => 1000}.

%% Runs inside the supervisor, so the order of the log lines is the supervisor's order.
boot(Log, Id) ->
    Sup = self(),
    Pid = spawn_link(fun() -> process_flag(trap_exit, true), Sup ! {ready, self()}, serve(Log, Id) end),
    receive {ready, Pid} -> ok end,
    Log ! {event, start, Id},
    {ok, Pid}.

serve(Log, Id) ->
    receive
        {die, Reason}           -> exit(Reason);
        {'EXIT', _, shutdown}   -> Log ! {event, shutdown, Id}, exit(shutdown);
        {'EXIT', _, _}          -> serve(Log, Id)
    end.

events() -> events([]).
events(Acc) ->
    receive {event, What, Id} -> events([[What, Id] | Acc])
    after 100 -> lists:reverse(Acc) end.

up(undefined) -> dead;
up(P) when is_pid(P) -> up.

pairs(L) -> ["[", lists:join(", ", [io_lib:format("[\"~p\", \"~p\"]", P) || P <- L]), "]"].
