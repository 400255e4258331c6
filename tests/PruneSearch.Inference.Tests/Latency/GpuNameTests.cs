using PruneSearch.Inference.Latency;

namespace PruneSearch.Inference.Tests.Latency;

public sealed class GpuNameTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gpus").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Gpus_are_named_in_the_order_of_the_bus()
    {
        Add("0000:c1:00.0", "Model: \t\t A larger one\nIRQ: 1\n");
        Add("0000:18:00.0", "IRQ: 2\nModel: \t\t A small one\n");
        Add("0000:ff:00.0", "IRQ: 3\n");

        Assert.Equal(["A small one", "A larger one", null, null], Enumerable.Range(0, 4).Select(i => GpuName.Of(i, _folder)));
        Assert.Null(GpuName.Of(0, Path.Combine(_folder, "no driver")));
    }

    private void Add(string bus, string information) =>
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, bus)).FullName, "information"), information);
}
