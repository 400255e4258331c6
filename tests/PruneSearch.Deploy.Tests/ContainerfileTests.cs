using PruneSearch.Tests;

namespace PruneSearch.Deploy.Tests;

/// <summary>The image can run what is put into it.</summary>
public sealed class ContainerfileTests
{
    [Fact]
    public void The_image_has_the_runtime_that_the_program_asks_for()
    {
        bool asksForWeb = Directory.EnumerateFiles(Path.Combine(Checkout.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Any(p => File.ReadAllText(p).Contains("<FrameworkReference Include=\"Microsoft.AspNetCore.App\"", StringComparison.Ordinal));
        string image = File.ReadLines(Path.Combine(Checkout.Root, "deploy", "Containerfile")).Last(l => l.StartsWith("FROM ", StringComparison.Ordinal));
        Assert.Contains(asksForWeb ? "/dotnet/aspnet:" : "/dotnet/runtime:", image, StringComparison.Ordinal);
    }
}
