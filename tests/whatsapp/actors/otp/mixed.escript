#!/usr/bin/env escript
%%! -kernel logger_level none
%% Prints what the real OTP supervisor does in the scenarios of a file, one JSON object a line.
%%     {"name", one_for_all, [permanent, temporary], MaxR, MaxT, [{a, crash}, {b, normal}]}.
%%     {"name", MaxR, MaxT, [100, 200]}.      one child crashes at those ms after a whole second
-mode(compile).
-export([init/1, boot/2]).

main([File]) ->
    {ok, Rows} = file:consult(File),
    in_turns(Rows).

%% Twenty at a time, each with a process of its own, which is its log.
in_turns([]) -> ok;
in_turns(Rows) ->
    {Now, Later} = lists:split(min(20, length(Rows)), Rows),
    Refs = [element(2, spawn_monitor(fun() -> process_flag(trap_exit, true), exit({told, told(Row)}) end)) || Row <- Now],
    [receive {'DOWN', Ref, process, _, {told, Line}} -> io:put_chars([Line, "\n"]) end || Ref <- Refs],
    in_turns(Later).

told({Name, Strategy, Kinds, MaxR, MaxT, Kills}) ->
    Ids = lists:sublist([a, b, c, d, e, f], length(Kinds)),
    {ok, Sup} = supervisor:start_link(?MODULE, {Strategy, MaxR, MaxT, [spec(self(), R, I) || {I, R} <- lists:zip(Ids, Kinds)]}),
    events(),
    All = [one(Sup, K) || K <- Kills],
    Events = lists:append([E || {E, _} <- All]),
    Alive = [A || {_, A} <- All],
    After = case is_process_alive(Sup) of true -> [[I, up(P)] || {I, P, _, _} <- lists:sort(supervisor:which_children(Sup))]; false -> [] end,
    io_lib:format("{\"name\": ~p, \"strategy\": \"~p\", \"restart\": [~s], \"max_r\": ~p, \"max_t_s\": ~p, \"children\": [~s], "
      "\"kill\": [~s], \"reason\": [~s], \"events\": ~s, \"after\": ~s, \"supervisor_alive_after_each\": ~w}",
      [Name, Strategy, quoted(Kinds), MaxR, MaxT, quoted(Ids), quoted([V || {V, _} <- Kills]), quoted([R || {_, R} <- Kills]),
       pairs(Events), pairs(After), Alive]);
told({Name, MaxR, MaxT, Times}) ->
    Fraction = ((erlang:monotonic_time(millisecond) rem 1000) + 1000) rem 1000,
    timer:sleep(1000 - Fraction + 1000),
    Zero = erlang:monotonic_time(1) * 1000,
    {ok, Sup} = supervisor:start_link(?MODULE, {one_for_one, MaxR, MaxT, [spec(self(), permanent, a)]}),
    events(),
    All = [crash_at(Sup, Zero + T) || T <- Times],
    io_lib:format("{\"name\": ~p, \"strategy\": \"one_for_one\", \"restart\": \"permanent\", \"max_r\": ~p, \"max_t_s\": ~p, "
      "\"children\": [\"a\"], \"crash_at_ms\": ~w, \"events\": ~s, \"supervisor_alive_after_each\": ~w}",
      [Name, MaxR, MaxT, Times, pairs(lists:append([E || {E, _} <- All])), [A || {_, A} <- All]]).

crash_at(Sup, At) ->
    timer:sleep(max(0, At - erlang:monotonic_time(millisecond))),
    one(Sup, {a, crash}).

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

quoted(L) -> lists:join(", ", [io_lib:format("\"~p\"", [X]) || X <- L]).

pairs(L) -> ["[", lists:join(", ", [io_lib:format("[\"~p\", \"~p\"]", P) || P <- L]), "]"].
