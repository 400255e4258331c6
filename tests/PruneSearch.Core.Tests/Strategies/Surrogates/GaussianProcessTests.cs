using PruneSearch.Core.Strategies;
using PruneSearch.Core.Strategies.Surrogates;

namespace PruneSearch.Core.Tests.Strategies.Surrogates;

public sealed class GaussianProcessTests
{
    private static readonly SearchSpace Space = new()
    {
        Hyperparameters =
        [
            new RealHyperparameter { Name = "level", From = 0, To = 1 },
            new ChoiceHyperparameter { Name = "schedule", Values = ["one-shot", "iterative"] },
            new WholeHyperparameter { Name = "iterations", From = 2, To = 6, When = new Condition("schedule", ["iterative"]) },
        ],
    };

    private static List<Observation> Data(int count, int seed)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, count).Select(_ =>
            {
                double[] point = Space.Encode(Space.At([random.NextDouble(), random.NextDouble(), random.NextDouble()]));
                int rung = random.Next(3);
                return new Observation(point, rung, Math.Sin(6 * point[0]) + (double.IsNaN(point[2]) ? 1 : point[2]) + 0.2 * rung + 0.05 * random.NextDouble());
            }),
        ];
    }

    [Fact]
    public void It_is_regression_with_the_covariances_inverse()
    {
        var data = Data(12, 1);
        double[] centre = ConfigurationKernel.Centre(Space, trained: true);
        var kernel = new ConfigurationKernel(Space, centre);
        var process = KernelFit.Process(kernel, data);
        double Between(Observation a, Observation b) => kernel.Of(a, b);
        double[][] inverse = process.Inverse();
        for (int i = 0; i < 12; i++)
        {
            for (int j = 0; j < 12; j++)
            {
                double product = Enumerable.Range(0, 12).Sum(k => inverse[i][k] * (Between(data[k], data[j]) + (k == j ? kernel.Noise : 0)));
                Assert.Equal(i == j ? 1 : 0, product, 8);
            }
        }
        var at = Data(1, 9)[0];
        double[] covariances = [.. data.Select(d => Between(d, at))];
        double mean = 0, explained = 0;
        for (int i = 0; i < 12; i++)
        {
            mean += covariances[i] * Enumerable.Range(0, 12).Sum(j => inverse[i][j] * data[j].Value);
            explained += covariances[i] * Enumerable.Range(0, 12).Sum(j => inverse[i][j] * covariances[j]);
        }
        Assert.Equal(mean, process.Mean(covariances), 8);
        Assert.Equal(kernel.Variance - explained, process.Variance(covariances, kernel.Variance, new double[12]), 8);
    }

    [Fact]
    public void The_gradient_of_the_likelihood_is_that_of_finite_differences()
    {
        var data = Data(15, 2);
        double[] centre = ConfigurationKernel.Centre(Space, trained: true);
        double[] gradient = new double[centre.Length];
        KernelFit.Evaluate(new ConfigurationKernel(Space, centre), data, gradient);
        for (int p = 0; p < centre.Length; p++)
        {
            double At(double offset) => KernelFit.Evaluate(
                new ConfigurationKernel(Space, [.. centre.Select((c, i) => i == p ? c + offset : c)]), data, new double[centre.Length]);
            Assert.Equal((At(1e-5) - At(-1e-5)) / 2e-5, gradient[p], 4);
        }
    }

    [Fact]
    public void A_fit_makes_what_was_seen_more_probable_and_predicts_what_was_not()
    {
        var data = Data(60, 3);
        double[] centre = ConfigurationKernel.Centre(Space, trained: true);
        var fitted = KernelFit.Of(Space, data, 40);
        Assert.True(KernelFit.Process(fitted, data).LogLikelihood > KernelFit.Process(new ConfigurationKernel(Space, centre), data).LogLikelihood + 5);
        var process = KernelFit.Process(fitted, data);
        double squares = Data(50, 4).Average(o =>
        {
            double error = o.Value - process.Mean([.. data.Select(d => fitted.Of(d, o))]);
            return error * error;
        });
        Assert.InRange(Math.Sqrt(squares), 0, 0.2); // the values scatter by about 0.8
    }
}
