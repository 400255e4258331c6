using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Tests.Commands;

public sealed class QueueCommandTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("queue").FullName;
    private readonly StringWriter _output = new(), _error = new();

    public void Dispose()
    {
        Directory.Delete(_home, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task What_waits_is_shown_in_its_order_with_what_slots_declined()
    {
        var (first, second, third) = (Some.Key("a"), Some.Key("b"), Some.Key("c"));
        var queue = new QueueStatus { Length = 3, First = [first, second, third], Slots = 2, Declined = [new(third, 1, "picture a.jpg is not there")] };

        Assert.Equal(0, await RunAsync(queue, "queue", "--limit", "2"));

        string text = _output.ToString();
        Assert.Matches($@"cpu +│ 1 +│ {first.ToString()[..12]} │ +│ +│\n.*cpu +│ 2 +│ {second.ToString()[..12]} │", text);
        // Declined, and further back than was asked for.
        Assert.Matches($@"cpu +│ +│ {third.ToString()[..12]} │ 1 slot +│ picture a\.jpg is not there │", text);
        Assert.EndsWith("cpu: 3 stages wait, 2 slots.\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_each_search_gets_of_the_slots_is_shown_and_can_be_changed()
    {
        var queue = new QueueStatus
        {
            Length = 3,
            First = [],
            Slots = 2,
            Declined = [],
            Searches = [new("short-1", new SlotSettings { Priority = 5 }, 1, 1), new("long-1", new SlotSettings { Share = 3 }, 2, 0)],
        };
        Assert.Equal(0, await RunAsync(queue, "queue"));
        Assert.EndsWith("cpu: 3 stages wait, 2 slots.\n  short-1: priority 5, share 1; 1 stage waits, 1 slot at work.\n" +
            "  long-1: priority 0, share 3; 2 stages wait, 0 slots at work.\n", _output.ToString(), StringComparison.Ordinal);

        Assert.Equal(2, await RunAsync(queue, "priority", "any", "--share", "0"));
        Assert.Contains("--share", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_queue_and_a_home_that_is_not_there_are_said()
    {
        Assert.Equal(0, await RunAsync(new() { Length = 0, First = [], Slots = null, Declined = [] }, "queue"));
        Assert.Equal("cpu: 0 stages wait, slots not heard of yet.\n", _output.ToString());

        Assert.Equal(2, await RunAsync(new() { Length = 0, First = [], Slots = 1, Declined = [] }, "queue", "--limit", "-1"));
        Assert.Contains("--limit", _error.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(QueueStatus queue, params string[] arguments) => CommandLine.RunAsync(
        [.. arguments, "--home", _home],
        new CliContext { Output = _output, Error = _error, IsTerminal = false, Sessions = new ScriptedSessions(_home) { Queue = queue } });
}
