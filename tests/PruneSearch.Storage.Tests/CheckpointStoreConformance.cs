using System.Text;
using PruneSearch.Core.Storage;

namespace PruneSearch.Storage.Tests;

/// <summary>What every checkpoint store must do.</summary>
public abstract class CheckpointStoreConformance
{
    protected abstract ICheckpointStore Store { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_put_is_read()
    {
        Assert.True(await PutAsync("stages/ab/report.json", "hello"));
        Assert.True(await Store.ExistsAsync("stages/ab/report.json", Cancellation));
        Assert.Equal("hello", await ReadAsync("stages/ab/report.json"));
    }

    [Fact]
    public async Task The_stream_is_seekable()
    {
        await PutAsync("a", "0123456789");
        await using var stream = await Store.OpenReadAsync("a", Cancellation);
        stream.Seek(7, SeekOrigin.Begin);
        Assert.Equal(10, stream.Length);
        Assert.Equal('7', stream.ReadByte());
    }

    [Fact]
    public async Task The_last_writer_wins_without_a_condition()
    {
        await PutAsync("a", "longer than the second");
        Assert.True(await PutAsync("a", "second"));
        Assert.Equal("second", await ReadAsync("a"));
    }

    [Fact]
    public async Task The_first_writer_wins_if_absent()
    {
        Assert.True(await PutAsync("a", "first", PutCondition.IfAbsent));
        Assert.False(await PutAsync("a", "second", PutCondition.IfAbsent));
        Assert.Equal("first", await ReadAsync("a"));
    }

    [Fact]
    public async Task Exactly_one_of_many_writers_is_first()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => PutAsync("race", $"{i}", PutCondition.IfAbsent))));
        int winner = Assert.Single(Enumerable.Range(0, 16), i => results[i]);
        Assert.Equal($"{winner}", await ReadAsync("race"));
    }

    [Fact]
    public async Task A_write_that_throws_publishes_nothing()
    {
        await PutAsync("a", "before");
        await Assert.ThrowsAsync<InvalidDataException>(() => Store.PutAsync("a", ThrowHalfway, cancellation: Cancellation));
        await Assert.ThrowsAsync<InvalidDataException>(() => Store.PutAsync("b", ThrowHalfway, cancellation: Cancellation));
        Assert.Equal("before", await ReadAsync("a"));
        Assert.Equal(["a"], await ListAsync(""));

        static async Task ThrowHalfway(Stream stream, CancellationToken cancellation)
        {
            await stream.WriteAsync(new byte[100_000], cancellation);
            throw new InvalidDataException();
        }
    }

    [Fact]
    public async Task A_cancelled_write_publishes_nothing()
    {
        using var source = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.PutAsync("a", (_, _) => source.CancelAsync(), cancellation: source.Token));
        Assert.False(await Store.ExistsAsync("a", Cancellation));
    }

    [Fact]
    public async Task A_large_write_that_throws_publishes_nothing()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => Store.PutAsync("a", async (stream, cancellation) =>
        {
            await Content.WriteAsync(stream, seed: 1, bytes: 3 << 20, cancellation);
            throw new InvalidDataException();
        }, cancellation: Cancellation));
        Assert.False(await Store.ExistsAsync("a", Cancellation));
        Assert.True(await Store.PutAsync("a", (stream, c) => Content.WriteAsync(stream, seed: 2, bytes: 3 << 20, c), PutCondition.IfAbsent, Cancellation));
        Assert.Equal(2, await Content.SeedOfAsync(Store, "a", 3 << 20, Cancellation));
    }

    [Fact]
    public async Task Sixty_four_mebibytes_are_streamed_in_constant_memory() =>
        Assert.InRange(await Content.StreamAsync(Store, "large", 64L << 20, Cancellation), 0, 24L << 20);

    [Fact]
    public async Task Synchronous_and_odd_writes_give_the_same_bytes()
    {
        byte[] bytes = new byte[300_001];
        new Random(4).NextBytes(bytes);
        await Store.PutAsync("odd", (stream, _) =>
        {
            for (int i = 0, n = 1; i < bytes.Length; i += n, n = Math.Min((n * 3) + 1, 100_000))
            {
                stream.Write(bytes, i, Math.Min(n, bytes.Length - i));
            }
            stream.Flush();
            return Task.CompletedTask;
        }, cancellation: Cancellation);
        await Store.PutAsync("empty", (_, _) => Task.CompletedTask, cancellation: Cancellation);

        await using var odd = await Store.OpenReadAsync("odd", Cancellation);
        byte[] read = new byte[bytes.Length];
        odd.ReadExactly(read, 0, read.Length); // synchronously
        Assert.Equal(bytes, read);
        Assert.Equal(-1, odd.ReadByte());
        await using var empty = await Store.OpenReadAsync("empty", Cancellation);
        Assert.Equal(0, empty.Length);
        Assert.Equal(-1, empty.ReadByte());
    }

    [Fact]
    public async Task Exactly_one_of_many_large_writers_is_first()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() =>
            Store.PutAsync("race", (stream, c) => Content.WriteAsync(stream, i, 1 << 20, c), PutCondition.IfAbsent, Cancellation))));
        int winner = Assert.Single(Enumerable.Range(0, 6), i => results[i]);
        Assert.Equal(winner, await Content.SeedOfAsync(Store, "race", 1 << 20, Cancellation));
    }

    [Fact]
    public async Task Exactly_one_of_many_writers_that_end_together_is_first()
    {
        const int Writers = 4;
        for (int round = 0; round < 50; round++)
        {
            using var together = new Barrier(Writers);
            var results = await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => Task.Factory.StartNew(
                () => Store.PutAsync($"together/{round}", (stream, _) =>
                {
                    stream.WriteByte((byte)i);
                    together.SignalAndWait(Cancellation);
                    return Task.CompletedTask;
                }, PutCondition.IfAbsent, Cancellation),
                Cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));
            int winner = Assert.Single(Enumerable.Range(0, Writers), i => results[i]);
            await using var stream = await Store.OpenReadAsync($"together/{round}", Cancellation);
            Assert.Equal(winner, stream.ReadByte());
        }
    }

    [Fact]
    public async Task One_of_many_unconditional_large_writers_stands_whole()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() =>
            Store.PutAsync("race", (stream, c) => Content.WriteAsync(stream, i, 1 << 20, c), PutCondition.None, Cancellation))));
        Assert.DoesNotContain(false, results);
        Assert.InRange(await Content.SeedOfAsync(Store, "race", 1 << 20, Cancellation), 0, 3);
    }

    [Fact]
    public async Task Readers_never_see_a_mixture()
    {
        const int Bytes = 1 << 20;
        await Store.PutAsync("a", (s, c) => Content.WriteAsync(s, 0, Bytes, c), cancellation: Cancellation);
        var writing = Task.Run(async () =>
        {
            for (int i = 1; i <= 8; i++)
            {
                await Store.PutAsync("a", (s, c) => Content.WriteAsync(s, i, Bytes, c), cancellation: Cancellation);
            }
        }, Cancellation);
        int whole = 0;
        while (!writing.IsCompleted || whole == 0)
        {
            try
            {
                Assert.InRange(await Content.SeedOfAsync(Store, "a", Bytes, Cancellation), 0, 8);
                whole++;
            }
            catch (IOException e) when (e is not FileNotFoundException)
            {
                // It was replaced meanwhile, and the store said so.
            }
        }
        await writing;
    }

    [Fact]
    public async Task Many_names_are_listed_and_deleted_while_others_come()
    {
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => PutAsync($"many/{i:D3}", "x")));
        var deleting = Task.WhenAll(Enumerable.Range(0, 60).Where(i => i % 2 == 0).Select(i => Store.DeleteAsync($"many/{i:D3}", Cancellation)));
        var adding = Task.WhenAll(Enumerable.Range(60, 20).Select(i => PutAsync($"many/{i:D3}", "x")));
        var during = await ListAsync("many/");
        await Task.WhenAll(deleting, adding);

        Assert.Superset(Enumerable.Range(0, 60).Where(i => i % 2 == 1).Select(i => $"many/{i:D3}").ToHashSet(), during.ToHashSet());
        Assert.Equal([.. Enumerable.Range(0, 80).Where(i => i % 2 == 1 || i >= 60).Select(i => $"many/{i:D3}")], await ListAsync("many/"));
    }

    [Fact]
    public async Task What_is_not_there_is_told()
    {
        Assert.False(await Store.ExistsAsync("no/such", Cancellation));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.OpenReadAsync("no/such", Cancellation));
        await PutAsync("no/other", "x");
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.OpenReadAsync("no/such", Cancellation));
        Assert.Empty(await ListAsync("nothing/"));
    }

    [Fact]
    public async Task Names_are_listed_by_prefix_in_ordinal_order()
    {
        foreach (string name in new[] { "s/b", "s/a/2", "s/a/10", "s/B", "t/a", "s2" })
        {
            await PutAsync(name, name);
        }
        Assert.Equal(["s/B", "s/a/10", "s/a/2", "s/b"], await ListAsync("s/"));
        Assert.Equal(["s/a/10", "s/a/2"], await ListAsync("s/a"));
        Assert.Equal(["s/B", "s/a/10", "s/a/2", "s/b", "s2"], await ListAsync("s"));
        Assert.Equal(6, (await ListAsync("")).Count);
    }

    [Fact]
    public async Task Objects_are_listed_with_their_size_and_when_they_were_written()
    {
        await PutAsync("s/a", "hello");
        await PutAsync("s/b", "");
        await PutAsync("t", "other");
        var found = new List<StoredObject>();
        await foreach (var known in Store.ListObjectsAsync("s/", Cancellation))
        {
            found.Add(known);
        }
        Assert.Equal([("s/a", 5), ("s/b", 0)], found.Select(o => (o.Name, o.Bytes)));
        Assert.All(found, o => Assert.InRange(o.Written, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5)));
    }

    [Fact]
    public async Task Deleting_twice_is_fine()
    {
        await PutAsync("a/b", "x");
        await Store.DeleteAsync("a/b", Cancellation);
        await Store.DeleteAsync("a/b", Cancellation);
        await Store.DeleteAsync("never/there", Cancellation);
        Assert.False(await Store.ExistsAsync("a/b", Cancellation));
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("a/../../outside")]
    [InlineData("/absolute")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    public async Task Names_that_could_leave_the_store_are_refused(string name)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => PutAsync(name, "x"));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.ExistsAsync(name, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.OpenReadAsync(name, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.DeleteAsync(name, Cancellation));
    }

    private protected Task<bool> PutAsync(string name, string text, PutCondition condition = PutCondition.None) =>
        Store.PutAsync(name, async (stream, cancellation) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellation), condition, Cancellation);

    private protected async Task<string> ReadAsync(string name)
    {
        using var reader = new StreamReader(await Store.OpenReadAsync(name, Cancellation));
        return await reader.ReadToEndAsync(Cancellation);
    }

    private protected async Task<List<string>> ListAsync(string prefix)
    {
        var names = new List<string>();
        await foreach (string name in Store.ListAsync(prefix, Cancellation))
        {
            names.Add(name);
        }
        return names;
    }
}
