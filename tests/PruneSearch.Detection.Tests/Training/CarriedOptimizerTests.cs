using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Training;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Training;

public sealed class CarriedOptimizerTests
{
    // No warm-up and hardly any decay, so that two trainings in a row can be compared with a long one.
    private static readonly FineTuneSettings Settings = new() { Steps = 1000, BatchSize = 4, LearningRate = 1e-3, WarmUp = 0, Precision = Precision.Full };

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Sgd)]
    public void Training_goes_on_as_if_it_had_not_ended(OptimizerKind optimizer)
    {
        var settings = Settings with { Optimizer = optimizer };
        var model = Some.SmallDetector(out var weights);
        using var whole = new Trainer(model, weights, settings, CPU);
        Train(whole, 0, 6);

        using var first = new Trainer(model, weights, settings, CPU);
        Train(first, 0, 5);
        using var stored = new MemoryStream();
        first.ToOptimizerState().Write(stored);
        stored.Position = 0;
        using var carried = new Trainer(model, first.ToWeights(), settings, CPU);
        carried.Carry(OptimizerState.Read(stored, "state"));
        using var fresh = new Trainer(model, first.ToWeights(), settings, CPU);
        TrainOn(carried, 5);
        TrainOn(fresh, 5);

        double left = Distance(whole.ToWeights(), carried.ToWeights()), without = Distance(whole.ToWeights(), fresh.ToWeights());
        Assert.True(left < 0.01 * without, $"{left} of {without}");
        Assert.Equal(6, carried.ToOptimizerState().Steps);
    }

    [Fact]
    public void Parts_of_a_training_are_that_training()
    {
        var settings = Settings with { Optimizer = OptimizerKind.Sgd, Steps = 6, WarmUp = .4 };
        var model = Some.SmallDetector(out var weights);
        using var whole = new Trainer(model, weights, settings, CPU);
        Train(whole, 0, 6);

        WeightSet InTwo(Func<int, TrainingPart?> part)
        {
            using var first = new Trainer(model, weights, settings with { Steps = 2 }, CPU, partOf: part(0));
            Train(first, 0, 2);
            using var second = new Trainer(model, first.ToWeights(), settings with { Steps = 4 }, CPU, partOf: part(2));
            second.Carry(first.ToOptimizerState());
            for (int step = 2; step < 6; step++)
            {
                TrainOn(second, step);
            }
            return second.ToWeights();
        }

        Assert.Equal(0, Distance(whole.ToWeights(), InTwo(before => new TrainingPart(before, 6))));
        Assert.NotEqual(0, Distance(whole.ToWeights(), InTwo(_ => null)));
    }

    [Fact]
    public void State_of_another_optimizer_is_of_no_use_and_of_another_detector_refused()
    {
        var model = Some.SmallDetector(out var weights);
        using var sgd = new Trainer(model, weights, Settings with { Optimizer = OptimizerKind.Sgd }, CPU);
        TrainOn(sgd, 0);
        var state = sgd.ToOptimizerState();
        using var adamw = new Trainer(model, weights, Settings, CPU);
        adamw.Carry(state);
        Assert.Equal(0, adamw.ToOptimizerState().Steps);

        var wrong = new OptimizerState(OptimizerKind.AdamW, 1, new WeightSet { ["Conv.weight/exp_avg"] = new WeightTensor([1], [1]) });
        Assert.Contains("'Conv.weight/exp_avg'", Assert.Throws<FormatException>(() => adamw.Carry(wrong)).Message, StringComparison.Ordinal);
        using var empty = new MemoryStream();
        Safetensors.Write(empty, []);
        empty.Position = 0;
        Assert.Contains("no optimizer state", Assert.Throws<FormatException>(() => OptimizerState.Read(empty, "x")).Message, StringComparison.Ordinal);
    }

    private static void Train(Trainer trainer, int from, int to)
    {
        for (int step = from; step < to; step++)
        {
            TrainOn(trainer, step);
        }
    }

    private static void TrainOn(Trainer trainer, int number) => trainer.TrainOn(Some.Batch(number));

    private static double Distance(WeightSet a, WeightSet b) =>
        Math.Sqrt(a.Sum(t => t.Value.Values.Zip(b[t.Key].Values, (x, y) => (double)(x - y) * (x - y)).Sum()));
}
