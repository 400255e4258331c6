using PruneSearch.Core.Stages;
using PruneSearch.Detection.Losses;
using TorchSharp;

namespace PruneSearch.Detection.Training;

/// <summary>What the dense detector teaches: its answers, its feature maps, or both from one run of it.</summary>
internal sealed class Distillation : IDisposable
{
    private readonly DetectorModel _model;
    private readonly Teacher _teacher;
    private readonly FineTuneSettings _settings;
    private readonly FeatureDistillation? _features;

    /// <summary>Finds the maps that both detectors have.</summary>
    /// <exception cref="ArgumentException">Maps are asked for, and they have none.</exception>
    public Distillation(DetectorModel model, Teacher teacher, FineTuneSettings settings)
    {
        (_model, _teacher, _settings) = (model, teacher, settings);
        _features = settings.DistillationFeatures > 0
            ? new FeatureDistillation(model.Network, teacher.Network.Network, teacher.Kept, teacher.Network.Device) : null;
    }

    /// <summary>Layers whose outputs <see cref="AddTo"/> needs.</summary>
    public IReadOnlyCollection<string> Maps => _features?.Maps ?? [];

    /// <summary>Adds the distances from the teacher to a loss.</summary>
    /// <param name="loss">A scalar.</param>
    /// <param name="images">What both look at.</param>
    /// <param name="outputs">What the pruned detector answers.</param>
    /// <param name="maps">Its <see cref="Maps"/>.</param>
    public Tensor AddTo(Tensor loss, Tensor images, IReadOnlyDictionary<string, Tensor> outputs, IReadOnlyDictionary<string, Tensor> maps)
    {
        var (answers, seen) = Teach(images);
        if (_settings.Distillation > 0)
        {
            using Scalar weight = _settings.Distillation;
            loss = loss.add(DistillationLoss.Compute(outputs, answers, _model.Scores, _settings), weight);
        }
        if (_features is not null)
        {
            using Scalar weight = _settings.DistillationFeatures;
            loss = loss.add(_features.Compute(maps, seen), weight);
        }
        return loss;
    }

    /// <inheritdoc/>
    public void Dispose() => _features?.Dispose();

    private (Dictionary<string, Tensor> Outputs, Dictionary<string, Tensor> Maps) Teach(Tensor images)
    {
        using var guard = no_grad();
        return _teacher.Network.Forward(images, training: false, Maps);
    }
}
