namespace PruneSearch.Tests;

/// <summary>
/// A GPU for CUDA. Tests that need one are skipped unless <c>PRUNESEARCH_TEST_GPU</c> names it (<c>cuda</c>, <c>cuda:1</c>): a build for CUDA is needed
/// besides, see CONTRIBUTING.md.
/// </summary>
internal static class Gpu
{
    private const string Variable = "PRUNESEARCH_TEST_GPU";

    /// <summary>Its name as settings have it.</summary>
    public static string Device
    {
        get
        {
            string? device = Environment.GetEnvironmentVariable(Variable);
            Assert.SkipWhen(string.IsNullOrEmpty(device), $"{Variable} is not set: it names the GPU to test on");
            return device!;
        }
    }
}
