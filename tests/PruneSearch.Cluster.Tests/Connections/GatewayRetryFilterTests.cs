using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.Placement;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Cluster.Workers;
using PruneSearch.Connections;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests.Connections;

/// <summary>What a worker says, and how often, while nobody answers it.</summary>
public sealed class GatewayRetryFilterTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Lines _lines = new();

    public void Dispose() => _lines.Dispose();

    [Fact]
    public async Task While_there_is_no_gateway_one_line_says_so_and_pauses_become_longer()
    {
        var address = new ClusterAddress { Gateways = [new(IPAddress.Loopback, 1)] };
        var filter = new GatewayRetryFilter(address, new ConnectionDiary(), _time, new Logger<GatewayRetryFilter>(_lines));
        foreach (int seconds in (int[])[1, 2, 4, 8, 10, 10])
        {
            var waits = filter.ShouldRetryConnectionAttempt(new SiloUnavailableException("none"), TestContext.Current.CancellationToken);
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.False(waits.IsCompleted);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.True(await waits);
        }
        filter.Found();

        Assert.Equal(["No silo of cluster 'prunesearch' answers: 127.0.0.1:1; it is tried again", "A gateway of the cluster was reached"], _lines.All);
    }

    [Fact]
    public void A_cluster_that_does_not_answer_is_told_once_and_that_it_answers_again_too()
    {
        var contact = new ClusterContact(TestHome.Quick, _time, new Logger<ClusterContact>(_lines));
        for (int i = 0; i < 3; i++)
        {
            contact.Missed(new TimeoutException("late"));
        }
        _time.Advance(TimeSpan.FromSeconds(50));
        contact.Heard();
        contact.Heard();
        contact.Missed(new TimeoutException("late")); // within a minute: it comes and goes
        contact.Heard();

        Assert.Equal(
            ["The cluster does not answer: late; what is at work goes on, and it is asked again", "The cluster answers again, after 50 s"], _lines.All);
    }

    [Fact]
    public async Task A_worker_that_is_told_to_stop_before_it_found_a_gateway_ends_quietly()
    {
        using var home = new TestHome();
        string work = home.File("work");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var start = SiloHost.StartAsync(
            new SiloOptions
            {
                Role = SiloRole.Measure,
                Checkpoints = Directory.CreateDirectory(home.Path).FullName,
                Name = "alone",
                Gateways = [new(IPAddress.Loopback, FreePort.Find())],
                Timings = TestHome.Quick,
                Work = work,
            },
            services => services.AddSingleton<IStageRunner>(new StubStageRunner(TimeSpan.Zero)),
            stop.Token);
        while (!Log().Contains("(nobody listens there); it is tried again", StringComparison.Ordinal))
        {
            Assert.False(start.IsCompleted);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);
        Assert.Single(Log().Split('\n', StringSplitOptions.RemoveEmptyEntries)); // no stack, and nothing of Orleans

        string Log() => Directory.Exists(work) ? string.Concat(Directory.EnumerateFiles(work, "host-*.log").Select(Read)) : "";
    }

    private static string Read(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd();
    }

    private sealed class Lines : ILoggerFactory, ILogger
    {
        public List<string> All { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
