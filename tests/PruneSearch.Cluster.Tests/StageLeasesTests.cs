using Microsoft.Extensions.Time.Testing;
using PruneSearch.Cluster.Stages;
using PruneSearch.Core.Grains;
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
        var ticket = _book.Grant("w");
        Assert.Equal((1, 1, 1), (_record.Epoch, _record.Attempts, _record.Strikes));
        Assert.True(_book.IsHeld);
        Assert.True(_book.IsCurrent(ticket));
        Assert.Equal((1, "w"), (ticket.Epoch, ticket.Worker));
    }

    [Fact]
    public void Nothing_is_a_lease_that_was_not_given()
    {
        Assert.False(_book.WasGiven(default));
        Assert.False(_book.WasGiven(new LeaseTicket(0, null!, Guid.Empty)));
        var ticket = _book.Grant("w");
        Assert.False(_book.WasGiven(ticket with { Worker = "v" }));
        Assert.False(_book.WasGiven(ticket with { Secret = Guid.NewGuid() }));
        Assert.False(_book.WasGiven(ticket with { Epoch = 2 }));
        Assert.NotEqual(ticket.Secret, _book.Grant("w").Secret);
    }

    [Fact]
    public void A_lease_expires_unless_it_is_renewed()
    {
        _book.Grant("w");
        Assert.False(Watch(seconds: 14));
        _book.Renew(At(0));
        Assert.False(Watch(seconds: 14));
        Assert.True(Watch(seconds: 2));
    }

    [Fact]
    public void A_silo_that_hung_itself_takes_nothing_away()
    {
        _book.Grant("w");
        _time.Advance(TimeSpan.FromMinutes(5)); // nobody looked
        Assert.False(_book.HasLapsed());
        Assert.False(Watch(seconds: 14));
        Assert.True(Watch(seconds: 2));
    }

    [Fact]
    public void An_old_lease_is_refused_once_there_is_a_new_one()
    {
        var old = _book.Grant("zombie");
        _book.End();
        Assert.True(_book.IsCurrent(old));
        var heir = _book.Grant("heir");
        Assert.False(_book.IsCurrent(old));
        Assert.True(_book.IsCurrent(heir));
    }

    [Fact]
    public void A_revoked_lease_is_refused_and_is_no_attempt_but_what_it_finished_counts()
    {
        var revoked = _book.Grant("w");
        Assert.True(_book.Revoke());
        Assert.False(_book.Revoke());
        Assert.False(_book.IsCurrent(revoked));
        Assert.True(_book.WasGiven(revoked));
        Assert.Equal((0, 0), (_record.Attempts, _record.Strikes));
        Assert.True(_book.IsCurrent(_book.Grant("w")));
    }

    [Fact]
    public void Attempts_that_get_no_further_are_used_up()
    {
        for (int i = 0; i < 3; i++)
        {
            Assert.False(_book.IsExhausted);
            _book.Grant("w");
            _book.Renew(At(0));
            Assert.Equal(i == 2, _book.Fail(Failure(FailureKind.Stage)));
        }
        Assert.Equal(3, _book.Status(null).Attempts);
    }

    [Fact]
    public void A_stage_that_fails_at_the_same_step_each_time_gets_no_further_however_its_renewals_fell()
    {
        foreach (int renewed in new[] { 10, 15, 19 }) // each attempt fails at step 20; what was told before differs
        {
            _book.Grant("w");
            _book.Renew(At(renewed));
            Assert.InRange(_book.Status(null).Attempts, 1, 3);
            Assert.Equal(renewed == 19, _book.Fail(Failure(FailureKind.Stage) with { Step = 20 }));
        }
    }

    [Fact]
    public void A_stage_that_cannot_succeed_is_not_tried_again()
    {
        _book.Grant("w");
        Assert.True(_book.Fail(Failure(FailureKind.Final)));
    }

    [Fact]
    public void Faults_of_the_place_are_no_attempts_until_they_last_too_long()
    {
        for (int i = 0; i < 30; i++)
        {
            _book.Grant("w");
            Assert.Equal(1, _book.Status(null).Attempts);
            Assert.False(_book.Fail(Failure(FailureKind.Place)));
            Assert.Equal((0, 0, 0), (_record.Attempts, _record.Strikes, _record.Failures));
            _time.Advance(TimeSpan.FromMinutes(1) - TimeSpan.FromTicks(1));
        }
        _book.Grant("w");
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(_book.Fail(Failure(FailureKind.Place)));
        _book.Forgive();
        _book.Grant("w");
        Assert.False(_book.Fail(Failure(FailureKind.Place)));
    }

    [Fact]
    public void Workers_that_die_without_a_word_use_up_more_attempts()
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
            _book.Renew(At(i));
            Assert.True(_book.IsUnsaved);
            _book.IsUnsaved = false;
            _book.Renew(At(i));
            Assert.False(_book.IsUnsaved);
            _book.End();
            Assert.False(_book.IsExhausted);
        }
        Assert.Equal(9, _record.Attempts);
    }

    [Fact]
    public void Giving_back_in_good_order_is_no_attempt_and_counts_once()
    {
        _book.Grant("dead");
        _book.End();
        var ticket = _book.Grant("w");
        _book.Return();
        _book.Return();
        Assert.False(_book.IsHeld);
        Assert.False(_book.WasGiven(ticket));
        Assert.Equal((1, 1), (_record.Attempts, _record.Strikes));
    }

    // As the stage's grain looks: every two seconds.
    private bool Watch(int seconds)
    {
        bool lapsed = false;
        for (int i = 0; i < seconds / 2; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            lapsed |= _book.HasLapsed();
        }
        return lapsed;
    }

    private static AttemptFailure Failure(FailureKind kind) => new() { Kind = kind, Reason = "bad luck" };

    private static StageProgress At(int step) => new() { Part = "fine-tune", Step = step, Steps = 100 };
}
