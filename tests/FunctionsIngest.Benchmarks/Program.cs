using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Running;
using FunctionsIngest.Benchmarks;

var config = DefaultConfig.Instance.AddDiagnoser(MemoryDiagnoser.Default).AddColumn(StatisticColumn.Median);
BenchmarkSwitcher.FromAssembly(typeof(Verification).Assembly).Run(args, config);
