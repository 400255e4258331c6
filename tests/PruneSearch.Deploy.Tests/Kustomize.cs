using System.Diagnostics;
using k8s;
using k8s.Models;
using PruneSearch.Tests;

namespace PruneSearch.Deploy.Tests;

/// <summary>
/// Renders overlays as a cluster would get them. A test that needs <c>kubectl</c> is skipped where it is missing, and fails there when
/// <c>CI=true</c>.
/// </summary>
internal static class Kustomize
{
    /// <summary>Every overlay.</summary>
    public static IEnumerable<TheoryDataRow<string>> Overlays =>
        Directory.GetDirectories(Path.Combine(Checkout.Root, "k8s", "overlays")).Select(f => new TheoryDataRow<string>(Path.GetFileName(f)));

    /// <summary>The rendered text.</summary>
    public static string Render(string overlay)
    {
        var start = new ProcessStartInfo("kubectl", ["kustomize", Path.Combine(Checkout.Root, "k8s", "overlays", overlay)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "kubectl is not installed");
            Assert.Skip("kubectl is not installed");
            throw;
        }
        using (process)
        {
            var errors = process.StandardError.ReadToEndAsync();
            string text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"kubectl kustomize ended with {process.ExitCode}: {errors.GetAwaiter().GetResult()}");
            return text;
        }
    }

    /// <summary>
    /// Reads a rendering into the types of the Kubernetes API, which are generated from its OpenAPI description: a field that
    /// there is not, or a value of another type, is an error.
    /// </summary>
    public static List<IKubernetesObject<V1ObjectMeta>> Read(string text) =>
        [.. KubernetesYaml.LoadAllFromString(text, strict: true).Cast<IKubernetesObject<V1ObjectMeta>>()];
}
