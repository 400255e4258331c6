namespace PruneSearch.Core.Stages;

/// <summary>Which part of a longer training a stage's training is: its learning rate is the longer one's in these steps.</summary>
/// <param name="Before">Steps of it in the stages before, 0 or more.</param>
/// <param name="Steps">All of its steps: those before, this stage's and those that follow.</param>
[GenerateSerializer, Immutable, Alias("prunesearch.TrainingPart")]
public sealed record TrainingPart([property: Id(0)] int Before, [property: Id(1)] int Steps);
