metadata description = 'What somebody should be told, and what to do then.'

import { silenceMap, tagMap } from '../settings.bicep'

@description('Where log alerts live.')
param location string

@description('Tags.')
param tags tagMap

@description('Names the alerts.')
param token string

@description('The address that receives alerts; empty: they show in the portal only.')
param email string

@description('The name of the workspace that the app\'s telemetry is in.')
param workspaceName string

@description('The storage account.')
param storageId string

@description('The longest time without a genuine webhook, by source.')
param silences silenceMap

@description('From how many refused webhooks of one source within five minutes on somebody is told.')
param refusedBurst int

var metrics = loadJsonContent('../metrics.json')

// Alerts read metrics, never traces or log lines: those are sampled.
var rules = [
  {
    name: 'poison'
    by: ['Source']
    severity: 1
    window: 'PT5M'
    description: 'An event was given up after its last attempt and waits in the container webhook-poison, with its reason. Read the reason with the command line (ingest), mend the handler, and redrive it. Nothing is lost and nothing is tried again until then.'
    query: $'''
AppMetrics
| where Name == '${metrics.poisoned}'
| summarize Value = sum(Sum) by Source = tostring(Properties.source)'''
    threshold: 0
  }
  {
    name: 'queue-age'
    by: ['Source']
    severity: 1
    window: 'PT1H'
    description: 'Accepted webhooks have waited for more than 15 minutes. (A message that a killed worker held stays invisible for 10, so one such delay is not a reason for an alert.) See whether the function ProcessEvent runs and how many instances it has; raise maximumInstanceCount, or mend the handler that is slow. Senders are not affected.'
    // Either what is processed now is old, or what was accepted a quarter of an hour ago has still not been processed.
    query: $'''
AppMetrics
| where Name in ('${metrics.answered}', '${metrics.processed}', '${metrics.queueTime}')
| extend Outcome = tostring(Properties.outcome), Source = tostring(Properties.source)
| summarize
    Accepted = sumif(Sum, Name == '${metrics.answered}' and Outcome == 'accepted' and TimeGenerated < ago(15m)),
    Processed = sumif(Sum, Name == '${metrics.processed}'),
    Oldest = maxif(Max, Name == '${metrics.queueTime}' and TimeGenerated > ago(15m))
    by Source
| extend Value = iff(Oldest > 900 or Accepted > Processed, 1, 0)'''
    threshold: 0
  }
  {
    name: 'unavailable'
    by: []
    severity: 1
    window: 'PT5M'
    description: 'More than 5 % of the webhooks of the last five minutes were answered 503: storage or secrets could not be reached. Open /health/ready, then the status of storage account and vault. Senders send again; nothing that was answered 2xx is lost.'
    query: $'''
AppMetrics
| where Name == '${metrics.answered}'
| summarize All = sum(Sum), Unavailable = sumif(Sum, tostring(Properties.outcome) == 'unavailable')
| where Unavailable >= 3
| extend Value = 100.0 * Unavailable / All'''
    threshold: 5
  }
  {
    name: 'server-errors'
    by: []
    severity: 1
    window: 'PT5M'
    description: 'The host answered webhooks with a status of 500 or above other than 503, which the app itself never does: it does not start, is stopped, or runs out of memory. Read its log for the first exception after the last start; a setting that is refused is named there.'
    query: $'''
AppRequests
| where Url has '/webhooks/' and toint(ResultCode) >= 500 and ResultCode != '503'
| summarize Value = sum(ItemCount)'''
    threshold: 2
  }
  {
    name: 'refused'
    by: ['Source']
    severity: 2
    window: 'PT5M'
    description: 'A burst of webhooks of one source was refused. All with one reason since a moment ago: the sender has changed its secret or its way of signing; compare with the secret in the vault. Mixed: somebody tries; nothing got in and each cost no storage call. Restrict allowedIpRanges if it lasts.'
    query: $'''
AppMetrics
| where Name == '${metrics.answered}' and tostring(Properties.outcome) == 'refused'
| summarize Value = sum(Sum) by Source = tostring(Properties.source)'''
    threshold: refusedBurst
  }
  {
    name: 'vault'
    by: ['Secret']
    severity: 2
    window: 'PT15M'
    description: 'A secret could not be read from the vault for 15 minutes. The last good keys keep serving for KeyVault:OutageTolerance, then the source is answered 503. See whether the secret exists and is enabled, whether the app\'s identity has the role Key Vault Secrets User on the vault, and whether the vault can be reached.'
    query: $'''
AppMetrics
| where Name == '${metrics.secretRefreshes}'
| extend Outcome = tostring(Properties.outcome)
| summarize Failures = sumif(Sum, Outcome != 'success'), Successes = sumif(Sum, Outcome == 'success') by Secret = tostring(Properties.secret)
| extend Value = iff(Failures > 0 and Successes == 0, 1, 0)'''
    threshold: 0
  }
]

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: workspaceName
}

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-webhooks-${token}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'webhooks'
    emailReceivers: empty(email)
      ? []
      : [
          {
            name: 'email'
            emailAddress: email
            useCommonAlertSchema: true
          }
        ]
  }
}

resource rule 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for member in rules: {
    name: '${member.name}-${token}'
    location: location
    tags: tags
    properties: {
      displayName: 'Webhooks: ${member.name}'
      description: member.description
      severity: member.severity
      enabled: true
      autoMitigate: true
      evaluationFrequency: 'PT5M'
      windowSize: member.window
      scopes: [workspace.id]
      // The tables are there only once the app has sent its first telemetry.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: member.query
            metricMeasureColumn: 'Value'
            dimensions: map(member.by, column => { name: column, operator: 'Include', values: ['*'] })
            timeAggregation: 'Maximum'
            operator: 'GreaterThan'
            threshold: member.threshold
          }
        ]
      }
      actions: {
        actionGroups: [actionGroup.id]
      }
    }
  }
]

resource silent 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for member in items(silences): {
    name: 'silence-${member.key}-${token}'
    location: location
    tags: tags
    properties: {
      displayName: 'Webhooks: nothing from ${member.key}'
      description: 'No genuine webhook from ${member.key} for ${member.value}. Look into the sender\'s own list of deliveries: it has switched the webhook off, sends to another address, or is refused (the alert "refused" says so).'
      severity: 2
      enabled: true
      autoMitigate: true
      evaluationFrequency: 'PT1H'
      windowSize: member.value
      scopes: [workspace.id]
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: $'''
AppMetrics
| where Name == '${metrics.answered}' and tostring(Properties.source) == '${member.key}' and tostring(Properties.outcome) in ('accepted', 'duplicate')'''
            timeAggregation: 'Count'
            operator: 'LessThan'
            threshold: 1
          }
        ]
      }
      actions: {
        actionGroups: [actionGroup.id]
      }
    }
  }
]

resource throttled 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: 'throttled-${token}'
  location: 'global'
  tags: tags
  properties: {
    description: 'The storage account turns requests away: it is at the limit of what one account or one queue carries. docs/scale.md says where the limits are and how to pass them. Until then requests are tried once more and then answered 503.'
    severity: 1
    enabled: true
    autoMitigate: true
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    scopes: [storageId]
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'throttled'
          metricNamespace: 'Microsoft.Storage/storageAccounts'
          metricName: 'Transactions'
          dimensions: [
            {
              name: 'ResponseType'
              operator: 'Include'
              values: [
                'ServerBusyError'
                'ClientThrottlingError'
                'ClientAccountRequestThrottlingError'
                'ClientAccountBandwidthThrottlingError'
              ]
            }
          ]
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 10
          skipMetricValidation: true
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}
