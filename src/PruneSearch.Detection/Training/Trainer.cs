using System.Globalization;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Devices;
using PruneSearch.Detection.Losses;
using PruneSearch.Detection.Networks;
using TorchSharp;

namespace PruneSearch.Detection.Training;

/// <summary>
/// Trains a detector. The state after step k depends only on the start, the settings and batches 0 to k, so that training
/// that is stopped and restored from a snapshot gives the same weights bit for bit on a CPU, and on a GPU under Linux.
/// </summary>
public sealed class Trainer : IDisposable
{
    private const double LossSmoothing = 0.95, ExplosionFactor = 100;

    private readonly DetectorModel _model;
    private readonly DetectionLoss _loss;
    private readonly FineTuneSettings _settings;
    private readonly TorchNetwork _network;
    private readonly Distillation? _distillation;
    private readonly Optimizer _optimizer;
    private readonly WeightAverage? _average;
    private readonly LearningRateSchedule _schedule;
    private readonly ChannelRegulariser? _regulariser;
    private readonly bool _tf32;
    private readonly int _firstStep; // on the schedule
    private int _earlierSteps;

    /// <summary>Starts at given weights.</summary>
    /// <param name="settings">How to train.</param>
    /// <param name="device">Where to train.</param>
    /// <param name="teacher">The dense detector for distillation.</param>
    /// <param name="prepared">Groups that <see cref="FineTuneSettings.Regularisation"/> prepares for pruning, where it is on.</param>
    /// <param name="partOf">The longer training whose learning rate this one follows; <see langword="null"/> for its own.</param>
    /// <exception cref="ArgumentException">A setting is not known, or the detector's rules contradict each other.</exception>
    public Trainer(DetectorModel model, WeightSet weights, FineTuneSettings settings, Device device, Teacher? teacher = null,
        IReadOnlyList<ChannelGroup>? prepared = null, TrainingPart? partOf = null)
    {
        _model = model;
        _loss = new DetectionLoss(model, settings);
        _settings = settings;
        _distillation = settings.HasTeacher()
            ? new Distillation(model, teacher ?? throw new ArgumentException("Distillation needs the dense detector."), settings) : null;
        var precision = TrainingPrecision.Resolve(settings.Precision, device);
        _tf32 = precision == Precision.Tf32;
        _network = new TorchNetwork(model.Network, weights, device, model.Input.Reach())
        {
            ConvolutionType = TrainingPrecision.TypeOf(precision),
            FreezesNorms = settings.FreezeNorms,
        };
        _optimizer = Optimizer.Create(_network, settings.Optimizer, settings.WeightDecay, settings.Momentum);
        _average = settings.EmaDecay > 0 ? new WeightAverage(_network, settings.EmaDecay) : null;
        _schedule = new LearningRateSchedule(settings.LearningRate, settings.WarmUp, partOf?.Steps ?? settings.Steps);
        _firstStep = partOf?.Before ?? 0;
        _regulariser = settings.Regularisation is { } regularisation
            ? new ChannelRegulariser(_network, prepared ?? throw new ArgumentException("Regularisation needs the groups that will be pruned."), regularisation,
                settings.Steps) : null;
    }

    /// <summary>Number of the next step, from 0: so many are done.</summary>
    public int Step { get; private set; }

    /// <summary>Smoothed loss; NaN before the first step.</summary>
    public double Loss { get; private set; } = double.NaN;

    private double FirstLoss { get; set; } = double.NaN;

    /// <summary>Trains on one batch and disposes it.</summary>
    /// <exception cref="TrainingDivergedException">The loss or a gradient is no number, or the loss has exploded.</exception>
    public void TrainOn(TrainingBatch batch)
    {
        using (batch)
        using (var scope = NewDisposeScope())
        {
            TorchDevices.AllowTf32(_tf32);
            var (outputs, maps) = _network.Forward(batch.Images, training: true, _distillation?.Maps ?? []);
            var loss = _loss.Compute(outputs, batch.Objects, Step);
            loss = _distillation?.AddTo(loss, batch.Images, outputs, maps) ?? loss;
            loss.backward();
            var (value, norm) = _optimizer.Read(loss);
            Watch(value);
            WatchGradients(norm);
            _optimizer.ClipGradients(norm, _settings.ClipNorm);
            _optimizer.Step(_schedule.At(_firstStep + Step), _earlierSteps + Step);
            _regulariser?.After(Step);
        }
        TorchDevices.AllowTf32(false); // what looks at the weights computes in float32
        _average?.Update(Step);
        Step++;
    }

    /// <summary>The weights to evaluate: the averages where averaging is on.</summary>
    /// <exception cref="TrainingDivergedException">A value is not finite; the message names its tensor.</exception>
    public WeightSet ToWeights() => Finite(_average?.ToWeights() ?? _network.ToWeights());

    /// <summary>The state before the next step.</summary>
    /// <exception cref="TrainingDivergedException">A value is not finite; the message names its tensor.</exception>
    public TrainingSnapshot ToSnapshot() =>
        new(Step, Finite(_network.ToWeights()), Finite(_optimizer.ToState()), Finite(_average?.ToWeights() ?? []), Loss, FirstLoss);

    /// <summary>Begins with the optimizer state of an earlier training, before the first step and before a snapshot is restored.</summary>
    /// <exception cref="FormatException">It belongs to another detector.</exception>
    public void Carry(OptimizerState state)
    {
        state.RequireFit(_model.Network, "optimizer state");
        if (state.Optimizer == _settings.Optimizer)
        {
            _optimizer.LoadState(state.Tensors);
            _earlierSteps = state.Steps; // moments that are old are not corrected for their youth
        }
    }

    /// <summary>The optimizer's state, for a later training of the same or a pruned detector.</summary>
    /// <exception cref="TrainingDivergedException">A value is not finite; the message names its tensor.</exception>
    public OptimizerState ToOptimizerState() => new(_settings.Optimizer, _earlierSteps + Step, Finite(_optimizer.ToState()));

    /// <summary>Goes on from a state.</summary>
    /// <exception cref="FormatException">It belongs to another detector.</exception>
    public void Restore(TrainingSnapshot snapshot)
    {
        snapshot.Weights.RequireFit(_model.Network, "snapshot");
        _network.Load(snapshot.Weights);
        _optimizer.LoadState(snapshot.Optimizer);
        _average?.Load(snapshot.Average);
        Step = snapshot.Step;
        Loss = snapshot.Loss;
        FirstLoss = snapshot.FirstLoss;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _distillation?.Dispose();
        _average?.Dispose();
        _network.Dispose();
    }

    private void Watch(double loss)
    {
        if (double.IsNaN(FirstLoss))
        {
            FirstLoss = loss;
        }
        if (!double.IsFinite(loss) || loss > ExplosionFactor * Math.Max(FirstLoss, 1))
        {
            throw Diverged(string.Create(
                CultureInfo.InvariantCulture, $"the loss is {loss:G4} at step {Step + 1} of {_settings.Steps} (it began at {FirstLoss:G4})"));
        }
        Loss = double.IsNaN(Loss) ? loss : LossSmoothing * Loss + (1 - LossSmoothing) * loss;
    }

    private void WatchGradients(double norm)
    {
        if (!double.IsFinite(norm))
        {
            string? tensor = _network.Trainable.FirstOrDefault(t => t.Value.grad is { } g && !g.isfinite().all().item<bool>()).Key;
            throw Diverged($"the gradient of {(tensor is null ? "all tensors together" : $"tensor '{tensor}'")} is not finite at step {Step + 1} of " +
                $"{_settings.Steps}");
        }
    }

    // What leaves a training is what others begin with.
    private WeightSet Finite(WeightSet tensors) =>
        tensors.NotFinite() is { } problem ? throw Diverged($"{problem} after step {Step} of {_settings.Steps}") : tensors;

    private TrainingDivergedException Diverged(string what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{what}; try a smaller learning rate than {_settings.LearningRate:G4}"));
}
