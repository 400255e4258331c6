using Microsoft.Extensions.Time.Testing;
using PruneSearch.Cluster.Stages;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

public sealed class StageLeasesTests
{
    private readonly StageRecord _record = new();
    private readonly FakeTimeProvider _time = new();
    private readonly StageLeases _book;

    public StageLeasesTests()
    {
        _book = new StageLeases(_record, new ClusterTimings(), _time);
    }

    [Fact]
    public void An_attempt_counts_before_it_starts_and_bumps_the_epoch()
    {
        _book.Grant("w");
        Assert.Equal((1, 1, 1), (_record.Epoch, _record.Attempts, _record.Strikes));
        Assert.True(_book.IsHeld);
        Assert.True(_book.IsCurrent(1));
    }

    [Fact]
    public void A_lease_expires_unless_it_is_renewed()
    {
        _book.Grant("w");
        _time.Advance(TimeSpan.FromSeconds(14));
        _book.Renew(At(0));
        _time.Advance(TimeSpan.FromSeconds(14));
        Assert.False(_book.IsExpired);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_book.IsExpired);
    }

    [Fact]
    public void An_old_epoch_is_refused_once_there_is_a_new_one()
    {
        _book.Grant("zombie");
        _book.End();
        Assert.True(_book.IsCurrent(1));
        _book.Grant("heir");
        Assert.False(_book.IsCurrent(1));
        Assert.True(_book.IsCurrent(2));
    }

    [Fact]
    public void A_revoked_lease_is_refused_and_is_no_attempt()
    {
        _book.Grant("w");
        _book.Revoke();
        Assert.False(_book.IsCurrent(1));
        Assert.Equal((0, 0), (_record.Attempts, _record.Strikes));
        _book.Grant("w");
        Assert.True(_book.IsCurrent(2));
    }

    [Fact]
    public void Attempts_that_get_no_further_are_used_up()
    {
        for (int i = 0; i < 3; i++)
        {
            Assert.False(_book.IsExhausted);
            _book.Grant("w");
            _book.Renew(At(0));
            _book.Fail();
        }
        Assert.True(_book.IsExhausted);
    }

    [Fact]
    public void Workers_that_die_without_a_word_use_up_more_patience()
    {
        for (int i = 0; i < 10; i++)
        {
            Assert.False(_book.IsExhausted);
            _book.Grant("w");
            _book.End();
        }
        Assert.True(_book.IsExhausted);
    }

    [Fact]
    public void An_attempt_that_gets_further_makes_the_earlier_ones_good()
    {
        for (int i = 1; i < 10; i++)
        {
            _book.Grant("w");
            Assert.True(_book.Renew(At(i)));
            Assert.False(_book.Renew(At(i)));
            _book.End();
            Assert.False(_book.IsExhausted);
        }
        Assert.Equal(9, _record.Attempts);
    }

    [Fact]
    public void Giving_back_in_good_order_is_no_attempt()
    {
        _book.Grant("w");
        _book.Return();
        Assert.False(_book.IsHeld);
        Assert.Equal((0, 0), (_record.Attempts, _record.Strikes));
    }

    private static StageProgress At(int step) => new() { Part = "fine-tune", Step = step, Steps = 100 };
}
