using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orleans.Runtime;
using Orleans.Storage;
using PruneSearch.Cluster.Errors;
using PruneSearch.Core.Grains;

namespace PruneSearch.Cluster.Tests;

/// <summary>What may leave a silo as it is, and what becomes of the rest.</summary>
public sealed class SiloErrorTests
{
    [Fact]
    public void Only_what_every_client_knows_travels()
    {
        Exception[] known =
        [
            new KeyNotFoundException("no such search"), new ArgumentException("wrong"), new IOException("full", new UnauthorizedAccessException()),
            new InconsistentStateException("etag"), new ClusterException("away", new NpgsqlException("down")), new TimeoutException(),
        ];
        Exception[] unknown =
        [
            new NpgsqlException("down"), new SqliteException("full", 13), new IOException("away", new NpgsqlException("down")), new NotSupportedException(),
            new OrleansException("reminder", new NpgsqlException("down")),
            new ArgumentException("two", new AggregateException(new IOException(), new NpgsqlException("down"))),
        ];
        Assert.All(known, e => Assert.True(SiloErrors.Travels(e), e.ToString()));
        Assert.All(unknown, e => Assert.False(SiloErrors.Travels(e), e.ToString()));
    }

    [Fact]
    public void What_does_not_travel_becomes_one_line_with_an_identifier()
    {
        var e = SiloErrors.Translate(new NpgsqlException("down\nsecond line"), "It was not read", isPassing: true, NullLogger.Instance);

        Assert.StartsWith($"It was not read: down (error {e.ErrorId} in the log of ", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("second line", e.Message, StringComparison.Ordinal);
        Assert.True(e.IsPassing);
        Assert.Same(e, ClusterException.Within(new OrleansException("around it", new IOException("more", e))));
    }
}
