namespace PruneSearch.Detection.Training;

/// <summary>Linear warm-up, then cosine decay to zero (Loshchilov and Hutter 2017, without restarts).</summary>
/// <param name="Peak">Largest rate, above 0.</param>
/// <param name="WarmUp">Share of the steps that warm up, 0 to below 1.</param>
/// <param name="Steps">Steps in all.</param>
public sealed record LearningRateSchedule(double Peak, double WarmUp, int Steps)
{
    /// <summary>The rate of a step.</summary>
    /// <param name="step">From 0 to <see cref="Steps"/> − 1.</param>
    public double At(int step)
    {
        int warm = (int)Math.Ceiling(WarmUp * Steps);
        return step < warm ? Peak * (step + 1) / (warm + 1)
            : Peak * 0.5 * (1 + Math.Cos(Math.PI * (step - warm) / Math.Max(Steps - warm, 1)));
    }
}
