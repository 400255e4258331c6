using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Serialization;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Tests.Stages;

/// <summary>The state of grains was stored when choices were text: that is read, and what is written now could be read then.</summary>
public sealed class EnumCodecTests
{
    private static readonly Serializer Serializer = new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    [Fact]
    public void Choices_are_stored_as_the_text_that_they_were()
    {
        Same(
            new PruneSettings { Ratio = 0.5, Criterion = Criterion.L2Readers, Ranking = ChannelRanking.Isomorphic, Target = PruneTarget.Macs },
            new TextPrune("l2-readers", "isomorphic", "mean", "auto", "none", "macs"));
        Same(new FineTuneSettings { Steps = 3, Optimizer = OptimizerKind.Sgd, Precision = Precision.BFloat16 }, new TextFineTune("sgd", "bfloat16"));
        Same(new RegularisationSettings { Kind = RegularisationKind.BnScale }, new TextRegularisation("bn-scale"));
        Same(new MeasureSettings { Engine = MeasuringEngine.Torch }, new TextMeasure("torch"));
    }

    [Fact]
    public void A_choice_that_is_not_known_is_told_with_those_that_are()
    {
        byte[] stored = Serializer.SerializeToArray(new TextMeasure("tpu"));
        Assert.Contains(
            "'tpu' is unknown, expected one of onnxruntime, torch",
            Assert.ThrowsAny<Exception>(() => Serializer.Deserialize<MeasureSettings>(stored)).Message,
            StringComparison.Ordinal);
    }

    // Members that only one of them has are skipped, as Orleans skips what a version does not know.
    private static void Same<TNow, TThen>(TNow now, TThen then)
        where TNow : class
        where TThen : class
    {
        Assert.Equal(then, Serializer.Deserialize<TThen>(Serializer.SerializeToArray(now)));
        var read = Serializer.Deserialize<TNow>(Serializer.SerializeToArray(then))!;
        Assert.All(typeof(TThen).GetProperties(), p => Assert.Equal(p.GetValue(then), EnumNames.Of((Enum)typeof(TNow).GetProperty(p.Name)!.GetValue(read)!)));
    }
}

[GenerateSerializer, Alias("test.TextPrune")]
public sealed record TextPrune(
    [property: Id(1)] string Criterion,
    [property: Id(2)] string Ranking,
    [property: Id(8)] string Reduction,
    [property: Id(9)] string Normalisation,
    [property: Id(10)] string PerCost,
    [property: Id(11)] string Target);

[GenerateSerializer, Alias("test.TextFineTune")]
public sealed record TextFineTune([property: Id(2)] string Optimizer, [property: Id(14)] string Precision);

[GenerateSerializer, Alias("test.TextRegularisation")]
public sealed record TextRegularisation([property: Id(0)] string Kind);

[GenerateSerializer, Alias("test.TextMeasure")]
public sealed record TextMeasure([property: Id(1)] string Engine);
