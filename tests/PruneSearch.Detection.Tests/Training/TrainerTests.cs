using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection.Training;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Training;

public sealed class TrainerTests
{
    private static readonly FineTuneSettings Settings = new() { Steps = 12, BatchSize = 4, LearningRate = 2e-3, EmaDecay = 0.9 };

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Sgd)]
    public void Stopping_and_resuming_gives_the_same_bytes(OptimizerKind optimizer)
    {
        var model = Some.SmallDetector(out var weights);
        var settings = Settings with { Optimizer = optimizer, LearningRate = 1e-3 };
        using var whole = new Trainer(model, weights, settings, CPU);
        Train(whole, 0, 12);

        using var stored = new MemoryStream();
        using (var first = new Trainer(model, weights, settings, CPU))
        {
            Train(first, 0, 5);
            (first.ToSnapshot() with { Threads = [1, 12] }).Write(stored);
        }
        stored.Position = 0;
        using var second = new Trainer(model, weights, settings, CPU);
        var snapshot = TrainingSnapshot.Read(stored, "snapshot");
        second.Restore(snapshot);
        Assert.Equal([1, 12], snapshot.Threads);
        Assert.Equal(5, second.Step);
        Train(second, 5, 12);

        Assert.Equal(Bytes(whole.ToWeights()), Bytes(second.ToWeights()));
        Assert.Equal(whole.Loss, second.Loss);
        Assert.NotEqual(Bytes(weights), Bytes(second.ToWeights()));
    }

    [Fact]
    public void The_loss_falls()
    {
        var model = Some.SmallDetector(out var weights);
        using var trainer = new Trainer(model, weights, Settings with { Steps = 120, LearningRate = 2e-3 }, CPU);
        Train(trainer, 0, 1);
        double first = trainer.Loss;

        Train(trainer, 1, 120);

        Assert.True(trainer.Loss < 0.85 * first, $"from {first} to {trainer.Loss}");
    }

    [Fact]
    public void Frozen_norms_learn_their_scales_and_keep_their_statistics()
    {
        var model = Some.SmallDetector(out var weights);
        using var trainer = new Trainer(model, weights, Settings with { FreezeNorms = true, EmaDecay = 0 }, CPU);
        Train(trainer, 0, 4);
        var trained = trainer.ToWeights();

        var norms = model.Network.Layers.OfType<BatchNormLayer>().ToList();
        Assert.All(norms, n => Assert.Equal(weights[n.Tensors + ".running_mean"].Values, trained[n.Tensors + ".running_mean"].Values));
        Assert.All(norms, n => Assert.Equal(weights[n.Tensors + ".running_var"].Values, trained[n.Tensors + ".running_var"].Values));
        Assert.All(norms.Take(50), n => Assert.NotEqual(weights[n.Tensors + ".weight"].Values, trained[n.Tensors + ".weight"].Values)); // the backbone's
    }

    [Fact]
    public void An_exploding_loss_stops_with_its_step_and_a_hint()
    {
        var model = Some.SmallDetector(out var weights);
        using var trainer = new Trainer(model, weights, Settings with { Optimizer = OptimizerKind.Sgd, LearningRate = 1e6, ClipNorm = 0, WarmUp = 0 }, CPU);

        var error = Assert.Throws<TrainingDivergedException>(() => Train(trainer, 0, 12));

        Assert.Contains("of 12", error.Message, StringComparison.Ordinal);
        Assert.Contains("learning rate", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_that_is_no_number_does_not_leave_the_training()
    {
        var model = Some.SmallDetector(out var weights);
        using var trainer = new Trainer(
            model, weights, Settings with { Steps = 1, Optimizer = OptimizerKind.Sgd, LearningRate = 3e38, ClipNorm = 0, WarmUp = 0, EmaDecay = 0 }, CPU);
        Train(trainer, 0, 1); // its loss was seen before the step that spoils everything

        string message = Assert.Throws<TrainingDivergedException>(() => trainer.ToWeights()).Message;

        Assert.Matches("^tensor '[^']+' is (NaN|infinite|minus infinite) at .* after step 1 of 1; try a smaller learning rate than 3E\\+38$", message);
        Assert.Equal(message, Assert.Throws<TrainingDivergedException>(() => trainer.ToSnapshot()).Message);
    }

    [Fact]
    public void Gradients_that_are_too_large_stop_before_they_are_applied()
    {
        var model = Some.SmallDetector(out var weights);
        var huge = weights["BoxPredictor_0.ClassPredictor.weight"];
        weights["BoxPredictor_0.ClassPredictor.weight"] = new WeightTensor(huge.Shape, [.. huge.Values.Select(v => v * 1e30f)]);
        using var trainer = new Trainer(model, weights, Settings, CPU);

        string message = Assert.Throws<TrainingDivergedException>(() => Train(trainer, 0, 1)).Message;

        Assert.Contains("is not finite at step 1 of 12; try a smaller learning rate", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_that_is_no_number_is_refused()
    {
        var model = Some.SmallDetector(out var weights);
        using var trainer = new Trainer(model, weights, Settings, CPU);
        Train(trainer, 0, 1);
        var snapshot = trainer.ToSnapshot();
        snapshot.Optimizer["Conv.weight/exp_avg"].Values[3] = float.NaN;
        using var stored = new MemoryStream();
        snapshot.Write(stored);
        stored.Position = 0;
        Assert.Contains(
            "snapshot: no state to go on from: tensor 'optimizer:Conv.weight/exp_avg' is NaN",
            Assert.Throws<FormatException>(() => TrainingSnapshot.Read(stored, "snapshot")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "optimizer state: tensor 'Conv.weight/exp_avg' is NaN",
            Assert.Throws<FormatException>(() => trainer.Carry(new OptimizerState(OptimizerKind.AdamW, 1, snapshot.Optimizer))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Distillation_alone_pulls_the_student_to_its_teacher()
    {
        var model = Some.SmallDetector(out var weights);
        var teacherWeights = PruneSearch.Detection.Import.RandomWeights.For(model, 2);
        using var teacher = new TorchNetwork(model.Network, teacherWeights);
        using var with = new Trainer(model, weights, Settings with { Steps = 30, Distillation = 50 }, CPU, new Teacher(teacher));
        using var without = new Trainer(model, weights, Settings with { Steps = 30 }, CPU);

        Train(with, 0, 30);
        Train(without, 0, 30);

        Assert.True(Distance(with, teacher) < Distance(without, teacher));

        double Distance(Trainer trainer, TorchNetwork other)
        {
            using var scope = NewDisposeScope();
            using var guard = no_grad();
            using var network = new TorchNetwork(model.Network, trainer.ToWeights());
            using var batch = Some.Batch(99);
            return (network.Forward(batch.Images)["classes"].sigmoid() - other.Forward(batch.Images)["classes"].sigmoid()).abs().mean().item<float>();
        }
    }

    private static void Train(Trainer trainer, int from, int to)
    {
        for (int step = from; step < to; step++)
        {
            trainer.TrainOn(Some.Batch(step));
        }
    }

    private static byte[] Bytes(WeightSet weights)
    {
        using var buffer = new MemoryStream();
        Safetensors.Write(buffer, weights);
        return buffer.ToArray();
    }
}
