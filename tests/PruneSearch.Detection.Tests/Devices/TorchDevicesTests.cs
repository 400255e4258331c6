using PruneSearch.Detection.Devices;
using TorchSharp;

namespace PruneSearch.Tests.Detection;

public sealed class TorchDevicesTests
{
    [Theory]
    [InlineData("cpu", 0, DeviceType.CPU, -1)]
    [InlineData("cpu", 2, DeviceType.CPU, -1)]
    [InlineData("auto", 0, DeviceType.CPU, -1)]
    [InlineData("auto", 1, DeviceType.CUDA, 0)]
    [InlineData("cuda", 1, DeviceType.CUDA, 0)]
    [InlineData("cuda:1", 2, DeviceType.CUDA, 1)]
    public void Names_choose_devices(string name, int cudaDevices, DeviceType type, int index)
    {
        var device = TorchDevices.Select(name, cudaDevices);
        Assert.Equal((type, index), (device.type, device.index));
    }

    [Theory]
    [InlineData("cuda", 0, "0 CUDA")]
    [InlineData("cuda:2", 2, "2 CUDA")]
    [InlineData("tpu", 1, "expected cpu")]
    [InlineData("cuda:x", 1, "expected cpu")]
    [InlineData("cuda:-1", 1, "expected cpu")]
    public void What_is_not_there_is_said(string name, int cudaDevices, string expected) =>
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => TorchDevices.Select(name, cudaDevices)).Message, StringComparison.Ordinal);
}
