using Microsoft.Extensions.Time.Testing;
using PruneSearch.Web.Live;

namespace PruneSearch.Web.Tests.Live;

public sealed class WatchedTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch);
    private int _looks;

    [Fact]
    public async Task However_many_look_it_is_looked_at_once_and_not_at_all_when_all_have_left_for_a_while()
    {
        var watched = new Watched<string>((_, _) => Task.FromResult($"{++_looks}"), _ => TimeSpan.FromSeconds(1), _time);
        int told = 0;
        var views = Enumerable.Range(0, 5).Select(_ => watched.View(() => Interlocked.Increment(ref told))).ToList();
        await watched.FirstAsync(TimeSpan.FromMinutes(1));
        await UntilAsync(() => _looks >= 3);
        Assert.InRange(told, 5, 5 * _looks);

        views.ForEach(v => v.Dispose());
        await UntilAsync(() => watched.IsIdle);
        int last = _looks;
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(last, _looks);
    }

    [Theory]
    [InlineData(1, 100, 130)] // a look each half second, and each brings something
    [InlineData(200, 5, 12)] // all together no more than thirty times a second
    public async Task The_more_pages_there_are_the_longer_they_rest_between_changes(int pages, int least, int most)
    {
        var watched = new Watched<string>((_, _) => Task.FromResult($"{++_looks}"), _ => TimeSpan.FromMilliseconds(400), _time, (_, _) => true);
        int told = 0;
        var views = Enumerable.Range(0, pages).Select(_ => watched.View(() => Interlocked.Increment(ref told))).ToList();
        await watched.FirstAsync(TimeSpan.FromMinutes(1));
        told = 0;
        int looks = _looks;
        await UntilAsync(() => _looks >= looks + 120); // a minute
        Assert.InRange(told / pages, least, most);
        views.ForEach(v => v.Dispose());
    }

    [Fact]
    public async Task Since_when_nobody_answers_does_not_move_while_it_goes_on()
    {
        bool fails = false;
        var watched = new Watched<string>((_, _) =>
        {
            _looks++;
            return fails ? Task.FromException<string>(new IOException("no route")) : Task.FromResult("there");
        }, _ => TimeSpan.FromSeconds(1), _time);
        using var view = watched.View(() => { });
        await watched.FirstAsync(TimeSpan.FromMinutes(1));
        fails = true;
        await UntilAsync(() => watched.Lost is not null);
        var since = watched.Lost!.Since;
        int looks = _looks;
        await UntilAsync(() => _looks > looks + 2);
        Assert.Equal((since, "no route"), (watched.Lost.Since, watched.Lost.Reason));

        fails = false;
        await UntilAsync(() => watched.Lost is null);
        Assert.Equal("there", watched.Value);
    }

    private async Task UntilAsync(Func<bool> happened)
    {
        for (int i = 0; !happened(); i++)
        {
            Assert.True(i < 2000, "it did not happen");
            await Task.Delay(5, TestContext.Current.CancellationToken);
            _time.Advance(TimeSpan.FromMilliseconds(500));
        }
    }
}
