using System.Collections.Immutable;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Losses;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Losses;

public sealed class FeatureDistillationTests
{
    private static readonly ImmutableArray<int> FirstAndLast = [0, 2];

    [Fact]
    public void It_is_the_squared_distance_on_the_channels_that_stayed_over_the_variance_of_the_dense_map()
    {
        using var scope = NewDisposeScope();
        var dense = Block();
        var pruned = dense.With(new Dictionary<string, int> { ["wide"] = 2 });
        using var loss = new FeatureDistillation(pruned, dense, Kept(("wide", FirstAndLast)), CPU);
        Assert.Equal(["wide", "chain"], loss.Maps);

        // Two positions of three channels, of which the first and the last stayed.
        var teacher = Maps(("wide", [1, 3, 9, 9, 5, 7], 3), ("chain", [0, 2], 1));
        var student = Maps(("wide", [2, 3, 5, 4], 2), ("chain", [1, 1], 1));
        student["wide"].requires_grad_();

        // wide: mean of 1, 0, 0, 9 over the sample variance of 1, 3, 5, 7; chain: mean of 1, 1 over that of 0, 2.
        var value = loss.Compute(student, teacher);
        Assert.Equal(2.5 / (20.0 / 3) + 1.0 / 2, value.item<float>(), 1e-6);
        value.backward();
        // Twice the distance, over 4 values and the variance.
        Assert.Equal([0.075, 0, 0, -0.225], student["wide"].grad!.data<float>().Select(g => Math.Round(g, 6)));
        Assert.Equal(0, loss.Compute(Maps(("wide", [1, 3, 5, 7], 2), ("chain", [0, 2], 1)), teacher).item<float>());
    }

    // Batch norms take several times as long over gradients in any other layout.
    [Fact]
    public void Gradients_lie_in_memory_as_the_maps_do()
    {
        using var scope = NewDisposeScope();
        var dense = Block();
        var pruned = dense.With(new Dictionary<string, int> { ["wide"] = 2 });
        using var loss = new FeatureDistillation(pruned, dense, Kept(("wide", FirstAndLast)), CPU);
        Tensor wide = TorchNetwork.ChannelsLast(rand(2, 2, 3, 3)), chain = TorchNetwork.ChannelsLast(rand(2, 1, 3, 3));
        var teacher = new Dictionary<string, Tensor>
        {
            ["wide"] = TorchNetwork.ChannelsLast(rand(2, 3, 3, 3)),
            ["chain"] = TorchNetwork.ChannelsLast(rand(2, 1, 3, 3)),
        };
        var student = new Dictionary<string, Tensor> { ["wide"] = wide.requires_grad_(), ["chain"] = chain };

        var gradient = autograd.grad([loss.Compute(student, teacher)], [wide])[0]; // as it comes: backward() lays that of a leaf out anew

        Assert.Equal(wide.stride(), gradient.stride());
    }

    [Fact]
    public void A_narrower_group_of_which_nobody_knows_what_stayed_is_left_out()
    {
        var dense = Block();
        var pruned = dense.With(new Dictionary<string, int> { ["wide"] = 2 });

        using var loss = new FeatureDistillation(pruned, dense, Kept(), CPU);

        Assert.Equal(["chain"], loss.Maps);
        string message = Assert.Throws<ArgumentException>(() => new FeatureDistillation(
            dense.With(new Dictionary<string, int> { ["wide"] = 2, ["chain"] = 1 }), Block(chain: 2), Kept(), CPU)).Message;
        Assert.Contains("no feature map whose channels are known to be the same", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_family_has_maps_through_stacks_and_a_detector_does_not_differ_from_itself()
    {
        foreach (var family in DetectorCatalog.Families)
        {
            using var scope = NewDisposeScope();
            using var guard = no_grad();
            var model = DetectorCatalog.Build(family.Template with { InputSize = 64 });
            using var network = new TorchNetwork(model.Network, RandomWeights.For(model, 1));
            using var loss = new FeatureDistillation(model.Network, model.Network, Kept(), CPU);
            var (outputs, maps) = network.Forward(Some.Batch(1, count: 2).Images, training: false, loss.Maps);

            Assert.Equal(loss.Maps.Order(), maps.Keys.Order());
            Assert.All(model.Network.Layers, l => Assert.False(l is ConcatLayer && maps.ContainsKey(l.Name)));
            Assert.Equal(0, loss.Compute(maps, maps).item<float>());
            foreach (var (name, output) in network.Forward(Some.Batch(1, count: 2).Images))
            {
                Assert.Equal(output.data<float>().ToArray(), outputs[name].data<float>().ToArray());
            }
        }
    }

    [Fact]
    public void Feature_maps_alone_pull_a_pruned_student_to_its_teacher_and_resume_to_the_same_bytes()
    {
        var model = Some.SmallDetector(out var weights, batchNorm: false);
        var group = model.Network.Groups.First(g => g is { Kind: ChannelGroupKind.Hidden, Width: > 8 });
        var narrow = model.With(new Dictionary<string, int> { [group.Name] = group.Width - 4 });
        var start = RandomWeights.For(narrow, 3);
        using var dense = new TorchNetwork(model.Network, weights);
        var teacher = new Teacher(dense, Kept((group.Name, [.. Enumerable.Range(4, group.Width - 4)])));
        var settings = new FineTuneSettings { Steps = 20, BatchSize = 4, LearningRate = 2e-3, DistillationFeatures = 1 };
        using var with = new Trainer(narrow, start, settings, CPU, teacher);
        using var without = new Trainer(narrow, start, settings.WithoutTeacher(), CPU);
        using var resumed = new Trainer(narrow, start, settings, CPU, teacher);

        Train(with, 0, 9);
        using var stored = new MemoryStream();
        with.ToSnapshot().Write(stored);
        Train(with, 9, 20);
        Train(without, 0, 20);
        stored.Position = 0;
        resumed.Restore(TrainingSnapshot.Read(stored, "snapshot"));
        Train(resumed, 9, 20);

        Assert.All(with.ToWeights(), t => Assert.Equal(t.Value.Values, resumed.ToWeights()[t.Key].Values));
        double near = Distance(with), far = Distance(without);
        Assert.True(near < 0.7 * far, $"{near} with, {far} without");

        double Distance(Trainer trainer)
        {
            using var scope = NewDisposeScope();
            using var guard = no_grad();
            using var network = new TorchNetwork(narrow.Network, trainer.ToWeights());
            using var loss = new FeatureDistillation(narrow.Network, model.Network, teacher.Kept, CPU);
            using var batch = Some.Batch(99);
            var own = network.Forward(batch.Images, training: false, loss.Maps).Maps;
            return loss.Compute(own, dense.Forward(batch.Images, training: false, loss.Maps).Maps).item<float>();
        }
    }

    [Fact]
    public void Without_a_teacher_it_says_so()
    {
        var model = Some.SmallDetector(out var weights);
        var settings = new FineTuneSettings { Steps = 1, DistillationFeatures = 1 };
        Assert.Throws<ArgumentException>(() => new Trainer(model, weights, settings, CPU));
        using var plain = new Trainer(model, weights, settings.WithoutTeacher(), CPU);
        Assert.False(settings.WithoutTeacher().HasTeacher());
    }

    private static void Train(Trainer trainer, int from, int to)
    {
        for (int step = from; step < to; step++)
        {
            trainer.TrainOn(Some.Batch(step));
        }
    }

    // A picture, a convolution to three channels, one to a chain of one, and a head.
    private static Network Block(int chain = 1)
    {
        var network = new NetworkBuilder();
        string image = network.Input(DetectorModel.ImageInput, 3, 2, 1);
        string wide = network.Conv("wide", image, network.Group("wide", ChannelGroupKind.Neck, 3), 1);
        string end = network.Conv("chain", wide, network.Group("chain", ChannelGroupKind.Residual, chain), 1);
        network.Output("boxes", [network.Conv("head", end, ChannelLayout.Fixed(4), 1)], 4);
        return network.Build();
    }

    private static Dictionary<string, ImmutableArray<int>> Kept(params (string Group, ImmutableArray<int> Channels)[] kept) =>
        kept.ToDictionary(k => k.Group, k => k.Channels);

    private static Dictionary<string, Tensor> Maps(params (string Name, float[] Values, int Channels)[] maps) =>
        maps.ToDictionary(m => m.Name, m => tensor(m.Values).reshape(1, m.Channels, -1, 1));
}
