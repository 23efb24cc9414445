%% A process for each user, an ETS table as registry, and messages routed between them.
%%
%%     make erlang        or: erl -noshell +P 2000000 +S 1:1 -run router main 100000 2000000
%%
%% Prints one JSON object. What is timed: a look-up in the registry, a look whether the process
%% lives, a send, and the handling, until nobody has anything left to do. CPU seconds are those
%% of all the machine's threads.
-module(router).
-export([main/1]).

main([Users, Messages]) ->
    N = list_to_integer(Users), M = list_to_integer(Messages),
    users = ets:new(users, [set, public, named_table, {read_concurrency, true}]),
    Names = list_to_tuple([iolist_to_binary(io_lib:format("+49170~8..0b", [I])) || I <- lists:seq(1, N)]),
    garbage_collect(),
    Before = erlang:memory(total),
    {_, Spawn} = timed(fun() -> start(Names, N) end),
    garbage_collect(),
    Bytes = (erlang:memory(total) - Before) / N,
    rand:seed(exsss, {1, 2, 3}),
    Who = [element(rand:uniform(N), Names) || _ <- lists:seq(1, M)],
    Body = binary:copy(<<"x">>, 100),
    From = element(1, Names),
    {Wall, Cpu} = timed(fun() -> route(Who, From, Body), quiet() end),
    Pids = [Pid || Name <- Who, {_, Pid} <- ets:lookup(users, Name)],
    {CastWall, CastCpu} = timed(fun() -> [Pid ! {From, {message, 1, Body}} || Pid <- Pids], quiet() end),
    io:format("{\"otp\": \"~s\", \"schedulers\": ~p, \"users\": ~p, \"bytes\": ~.1f, \"spawn_per_cpu_s\": ~.1f, "
              "\"routed_per_s\": ~.1f, \"routed_per_cpu_s\": ~.1f, \"cast_per_s\": ~.1f, \"cast_per_cpu_s\": ~.1f}~n",
              [erlang:system_info(otp_release), erlang:system_info(schedulers_online), N, Bytes,
               N / Spawn, M / Wall, M / Cpu, M / CastWall, M / CastCpu]),
    halt().

start(Names, N) ->
    [ets:insert(users, {element(I, Names), spawn(fun() -> serve(0) end)}) || I <- lists:seq(1, N)].

serve(Read) ->
    receive {_From, {message, _Id, _Body}} -> serve(Read + 1) end.

route([], _From, _Body) -> ok;
route([To | Rest], From, Body) ->
    routed = route_message(From, To, {message, 1, Body}),
    route(Rest, To, Body).

route_message(From, To, {message, _, _} = Stanza) ->
    case ets:lookup(users, To) of
        [{_, Pid}] ->
            case is_process_alive(Pid) of
                true -> Pid ! {From, Stanza}, routed;
                false -> stored
            end;
        [] -> unknown_user
    end.

%% Until no process waits for a scheduler but this one.
quiet() ->
    case erlang:statistics(total_run_queue_lengths) of
        0 -> ok;
        _ -> erlang:yield(), quiet()
    end.

timed(Does) ->
    statistics(runtime), Began = erlang:monotonic_time(microsecond),
    Does(),
    Wall = erlang:monotonic_time(microsecond) - Began,
    {_, Cpu} = statistics(runtime),
    {max(Wall, 1) / 1.0e6, max(Cpu, 1) / 1.0e3}.
