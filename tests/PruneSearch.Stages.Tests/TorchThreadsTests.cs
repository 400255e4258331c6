using PruneSearch.Stages;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Stages;

/// <summary>Each thread of a process has its own number of libtorch's threads, and sums depend on it.</summary>
public sealed class TorchThreadsTests
{
    // A thread that is new to libtorch takes the number that any thread set last, at its first large tensor.
    [Fact]
    public void What_another_thread_sets_meanwhile_changes_nothing()
    {
        Assert.Equal(1, OnFreshThread(() =>
        {
            TorchThreads.Set(1);
            OnFreshThread(() => { TorchThreads.Set(2); return 0; });
            return get_num_threads();
        }));
    }

    [Fact]
    public void All_cores_are_the_same_number_whatever_other_threads_set_before()
    {
        int expected = TorchThreads.OfAllCores;
        OnFreshThread(() => { TorchThreads.Set(3); return 0; });

        Assert.Equal(expected, TorchThreads.OfAllCores);
        Assert.Equal(expected, new StageRunnerOptions().ResolvedThreads);
    }

    [Theory]
    [InlineData("3", 3)]
    [InlineData(" 3, 2 ", 3)]
    [InlineData("0", null)]
    [InlineData("-1", null)]
    [InlineData("many", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void The_variable_of_OpenMP_says_how_many_they_are(string? variable, int? expected) =>
        Assert.Equal(expected ?? Environment.ProcessorCount, TorchThreads.Of(variable));

    private static int OnFreshThread(Func<int> work)
    {
        int result = 0;
        var thread = new Thread(() => result = work());
        thread.Start();
        thread.Join();
        return result;
    }
}
