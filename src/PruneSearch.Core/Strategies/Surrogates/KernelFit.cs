namespace PruneSearch.Core.Strategies.Surrogates;

/// <summary>An observation of a surrogate.</summary>
/// <param name="Point">The encoded configuration.</param>
/// <param name="Rung">Where it was observed.</param>
/// <param name="Value">What was observed, in the surrogate's scale.</param>
internal readonly record struct Observation(double[] Point, int Rung, double Value);

/// <summary>
/// Finds the kernel's parameters that make the observations most probable, with log-normal priors: resilient backpropagation (Riedmiller,
/// Braun 1993) on the gradient of the log marginal likelihood.
/// </summary>
internal static class KernelFit
{
    private const double Largest = 6, Deviation = 1.2;

    /// <summary>Finds the parameters of a kernel that make the observations most likely.</summary>
    /// <param name="data">At least 2 observations; the cube of their number is what it takes.</param>
    /// <param name="iterations">Steps of the ascent.</param>
    public static ConfigurationKernel Of(SearchSpace space, IReadOnlyList<Observation> data, int iterations)
    {
        double[] centre = ConfigurationKernel.Centre(space, trained: data.Any(d => d.Rung > 0));
        double[] at = [.. centre], best = at, step = [.. centre.Select(_ => 0.2)], last = new double[at.Length];
        double highest = double.NegativeInfinity;
        for (int i = 0; i < iterations; i++)
        {
            var kernel = new ConfigurationKernel(space, [.. at]);
            double[] gradient = new double[at.Length];
            double value = Evaluate(kernel, data, gradient);
            for (int p = 0; p < at.Length; p++)
            {
                double off = (at[p] - centre[p]) / Deviation;
                value -= 0.5 * off * off;
                gradient[p] -= off / Deviation;
            }
            if (value > highest)
            {
                (highest, best) = (value, [.. at]);
            }
            for (int p = 0; p < at.Length; p++)
            {
                double sign = gradient[p] * last[p];
                step[p] = Math.Clamp(step[p] * (sign > 0 ? 1.3 : sign < 0 ? 0.5 : 1), 1e-3, 0.7);
                last[p] = sign < 0 ? 0 : gradient[p];
                at[p] = Math.Clamp(at[p] + Math.Sign(last[p]) * step[p], centre[p] - Largest, centre[p] + Largest);
            }
        }
        return new ConfigurationKernel(space, best);
    }

    /// <summary>The process that observations make with a kernel.</summary>
    public static GaussianProcess Process(ConfigurationKernel kernel, IReadOnlyList<Observation> data)
    {
        var process = new GaussianProcess();
        double[] row = new double[data.Count];
        for (int i = 0; i < data.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                row[j] = kernel.Of(data[i], data[j]);
            }
            process.Add(row.AsSpan(0, i), kernel.Variance + kernel.Noise, data[i].Value);
        }
        return process;
    }

    /// <summary>The log marginal likelihood, with its derivatives added to the gradient.</summary>
    internal static double Evaluate(ConfigurationKernel kernel, IReadOnlyList<Observation> data, double[] gradient)
    {
        var process = Process(kernel, data);
        double[][] inverse = process.Inverse();
        double[] alpha = process.Alpha;
        double diagonal = 0;
        for (int i = 0; i < data.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                kernel.AddGradient(data[i], data[j], alpha[i] * alpha[j] - inverse[i][j], gradient);
            }
            double weight = 0.5 * (alpha[i] * alpha[i] - inverse[i][i]);
            diagonal += weight;
            kernel.AddGradient(data[i], data[i], weight, gradient);
        }
        gradient[1] += diagonal * kernel.Noise;
        return process.LogLikelihood;
    }
}
