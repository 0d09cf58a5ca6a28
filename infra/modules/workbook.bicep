metadata description = 'One page that shows how webhooks fare.'

import { tagMap } from '../settings.bicep'

@description('Where the workbook lives.')
param location string

@description('Tags.')
param tags tagMap

@description('The name of the workspace that the app\'s telemetry is in.')
param workspaceName string

var metrics = loadJsonContent('../metrics.json')

var charts = [
  {
    title: 'Webhooks by outcome'
    visualization: 'timechart'
    query: $'''
AppMetrics
| where Name == '${metrics.answered}'
| summarize Webhooks = sum(Sum) by bin(TimeGenerated, {TimeRange:grain}), Outcome = tostring(Properties.outcome)'''
  }
  {
    title: 'By source: requests, accepted, duplicates, ignored, refused, bad payloads, unavailable'
    visualization: 'table'
    query: $'''
AppMetrics
| where Name in ('${metrics.received}', '${metrics.answered}')
| extend Source = tostring(Properties.source), Outcome = tostring(Properties.outcome)
| summarize
    Requests = sumif(Sum, Name == '${metrics.received}'),
    Accepted = sumif(Sum, Outcome == 'accepted'),
    Duplicates = sumif(Sum, Outcome == 'duplicate'),
    Ignored = sumif(Sum, Outcome == 'ignored'),
    Refused = sumif(Sum, Outcome == 'refused'),
    Invalid = sumif(Sum, Outcome in ('invalid', 'too_large', 'slow', 'broken')),
    Unavailable = sumif(Sum, Outcome == 'unavailable')
    by Source
| order by Requests desc'''
  }
  {
    title: 'Refused, by source and reason'
    visualization: 'table'
    query: $'''
AppMetrics
| where Name == '${metrics.answered}' and tostring(Properties.outcome) == 'refused'
| summarize Webhooks = sum(Sum), Last = max(TimeGenerated) by Source = tostring(Properties.source), Reason = tostring(Properties.reason)
| order by Webhooks desc'''
  }
  {
    title: 'Accepted without the id or ReplayKey value that is configured, by source'
    visualization: 'table'
    query: $'''
AppMetrics
| where Name == '${metrics.unidentified}'
| summarize Webhooks = sum(Sum), Last = max(TimeGenerated) by Source = tostring(Properties.source)'''
  }
  {
    title: 'Acknowledgement: latency percentiles as the host sees them, in ms'
    visualization: 'timechart'
    query: '''
AppRequests
| where Url has '/webhooks/'
| summarize percentilesw(DurationMs, ItemCount, 50, 95, 99) by bin(TimeGenerated, {TimeRange:grain})'''
  }
  {
    title: 'Acknowledgement: mean time of its steps, in ms'
    visualization: 'timechart'
    query: $'''
AppMetrics
| where Name in ('${metrics.answerDuration}', '${metrics.insertDuration}', '${metrics.sendDuration}')
| summarize Mean = 1000 * sum(Sum) / sum(ItemCount) by bin(TimeGenerated, {TimeRange:grain}), Name'''
  }
  {
    title: 'Bodies of accepted webhooks, in bytes'
    visualization: 'table'
    query: $'''
AppMetrics
| where Name == '${metrics.bodySize}'
| summarize Mean = sum(Sum) / sum(ItemCount), Largest = max(Max) by Source = tostring(Properties.source)'''
  }
  {
    title: 'From request to processing: mean and longest, in s'
    visualization: 'timechart'
    query: $'''
AppMetrics
| where Name == '${metrics.queueTime}'
| summarize Mean = sum(Sum) / sum(ItemCount), Longest = max(Max) by bin(TimeGenerated, {TimeRange:grain})'''
  }
  {
    title: 'Ends of attempts, by outcome'
    visualization: 'timechart'
    query: $'''
AppMetrics
| where Name == '${metrics.processed}'
| summarize Attempts = sum(Sum) by bin(TimeGenerated, {TimeRange:grain}), Outcome = tostring(Properties.outcome)'''
  }
  {
    title: 'Handlers: runs, failures, mean time in ms'
    visualization: 'table'
    query: $'''
AppMetrics
| where Name == '${metrics.handlerDuration}'
| extend Handler = tostring(Properties.handler), Outcome = tostring(Properties.outcome)
| summarize Runs = sum(ItemCount), Failures = sumif(ItemCount, Outcome == 'failed'), Mean = 1000 * sum(Sum) / sum(ItemCount) by Handler
| order by Failures desc'''
  }
  {
    title: 'Poison and redrives'
    visualization: 'timechart'
    query: $'''
AppMetrics
| where Name in ('${metrics.poisoned}', '${metrics.redriven}')
| summarize Events = sum(Sum) by bin(TimeGenerated, {TimeRange:grain}), Name'''
  }
  {
    title: 'Sweep: when it last finished, and rows that could not be read'
    visualization: 'table'
    query: $'''
AppMetrics
| where Name in ('${metrics.sweepFinished}', '${metrics.unreadableRows}')
| summarize
    LastFinished = unixtime_seconds_todatetime(maxif(Max, Name == '${metrics.sweepFinished}')),
    Unreadable = sumif(Sum, Name == '${metrics.unreadableRows}')'''
  }
  {
    title: 'Secrets: reads by outcome, versions that were refused, and the age of what is known, in s'
    visualization: 'table'
    query: $'''
AppMetrics
| where Name in ('${metrics.secretRefreshes}', '${metrics.secretRefused}', '${metrics.secretAge}')
| extend Secret = tostring(Properties.secret), Outcome = tostring(Properties.outcome)
| summarize
    Reads = sumif(Sum, Outcome == 'success'),
    Failures = sumif(Sum, Outcome in ('failure', 'throttled')),
    Refused = sumif(Sum, Name == '${metrics.secretRefused}'),
    Oldest = maxif(Max, Name == '${metrics.secretAge}')
    by Secret'''
  }
]

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: workspaceName
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'webhooks')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Webhooks'
    category: 'workbook'
    sourceId: workspace.id
    serializedData: string({
      version: 'Notebook/1.0'
      items: concat(
        [
          {
            type: 9
            name: 'time'
            content: {
              version: 'KqlParameterItem/1.0'
              style: 'pills'
              parameters: [
                {
                  version: 'KqlParameterItem/1.0'
                  name: 'TimeRange'
                  label: 'Time'
                  type: 4
                  isRequired: true
                  value: { durationMs: 86400000 }
                  typeSettings: { selectableValues: map([1, 4, 24, 72, 168, 720], hours => { durationMs: hours * 3600000 }), allowCustom: true }
                }
              ]
            }
          }
        ],
        map(charts, chart => {
          type: 3
          name: chart.title
          content: {
            version: 'KqlItem/1.0'
            title: chart.title
            query: chart.query
            visualization: chart.visualization
            size: 0
            queryType: 0
            resourceType: 'microsoft.operationalinsights/workspaces'
            crossComponentResources: [workspace.id]
            timeContextFromParameter: 'TimeRange'
          }
        })
      )
    })
  }
}
